import { setTimeout as pause } from 'node:timers/promises';
import type { Service } from './services.ts';

export interface AllReadyOptions {
  readonly services: readonly Service[];
  readonly giveUp: AbortSignal;
  /** Told once when it takes long because Redis is not there, while ingest takes callbacks already. */
  readonly onSpooling: () => void;
}

const pollMs = 100;
const longMs = 5_000;

/** Resolves when all services are ready; false when it was given up before. */
export async function allReady({ services, giveUp, onSpooling }: AllReadyOptions): Promise<boolean> {
  const begun = performance.now();
  let told = false;
  for (const { readyUrl } of services) {
    while (readyUrl !== undefined && !giveUp.aborted && (await ask(readyUrl))?.ready !== true) {
      await pause(pollMs);
      if (told || performance.now() - begun < longMs || !(await someSpools(services))) continue;
      told = true;
      onSpooling();
    }
  }
  return !giveUp.aborted;
}

async function someSpools(services: readonly Service[]): Promise<boolean> {
  const answers = await Promise.all(services.map(({ readyUrl }) => readyUrl && ask(readyUrl)));
  return answers.some((answer) => answer && answer.keeps === 'in the spool');
}

/** What a service says of itself; undefined while it says nothing. */
async function ask(url: string): Promise<{ readonly ready?: unknown; readonly keeps?: unknown } | undefined> {
  try {
    return (await (await fetch(url)).json()) as { readonly ready?: unknown; readonly keeps?: unknown };
  } catch {
    return undefined;
  }
}
