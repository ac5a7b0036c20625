import { setTimeout as sleep } from 'node:timers/promises';
import type { Permits } from './permits.ts';

/** After Redis has not said whether an attempt may begin, in ms. */
const askAgainMs = 500;

interface Waiter {
  readonly pass: () => void;
  readonly turnBack: (reason: Error) => void;
}

/** Where one subscriber's attempts wait, in this process. */
export interface Gate {
  /** Asks for other permits from now on; without any, everybody passes. */
  change(permits: Permits | undefined): void;
  /** Resolves in the order of calls. */
  pass(): Promise<void>;
  /** Turns back whoever waits, and whoever comes. */
  close(reason: Error): void;
}

/** Whoever waits asks for itself, but no more at once than could be let through. */
export function createGate(onTrouble: (error: unknown) => void): Gate {
  const waiting: Waiter[] = [];
  let permits: Permits | undefined;
  let asking = false;
  let changed = new AbortController();
  let closed: Error | undefined;

  async function ask({ atOnce, ask: askOnce }: Permits): Promise<void> {
    const asked = Array.from({ length: Math.min(atOnce, waiting.length) }, askOnce);
    const answers = await Promise.allSettled(asked);
    const waits: number[] = [];
    for (const answer of answers) {
      if (answer.status === 'rejected') onTrouble(answer.reason);
      const waitMs = answer.status === 'rejected' ? askAgainMs : answer.value;
      if (waitMs === 0) waiting.shift()?.pass();
      else waits.push(waitMs);
    }
    if (waits.length > 0) await sleep(Math.min(...waits), undefined, { signal: changed.signal }).catch(() => undefined);
  }

  async function run(): Promise<void> {
    asking = true;
    while (waiting.length > 0 && permits !== undefined) await ask(permits);
    asking = false;
    letThrough();
  }

  function letThrough(): void {
    if (permits !== undefined) return;
    for (const { pass } of waiting.splice(0)) pass();
  }

  function wake(): void {
    changed.abort();
    changed = new AbortController();
  }

  return {
    change(next) {
      permits = next;
      wake();
      letThrough();
    },
    pass: () =>
      new Promise((resolve, reject) => {
        if (permits === undefined) return resolve();
        if (closed !== undefined) return reject(closed);
        waiting.push({ pass: resolve, turnBack: reject });
        if (!asking) void run();
      }),
    close(reason) {
      closed = reason;
      for (const { turnBack } of waiting.splice(0)) turnBack(reason);
      wake();
    },
  };
}
