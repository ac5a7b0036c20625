import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

/** Longer than what a process finishes usually takes, once it is told to end. */
export const usualGraceMs = 60_000;

export interface SupervisedOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onLine: (line: string) => void;
  /** So long after SIGTERM it is killed. */
  readonly graceMs: number;
  /** It had not ended by then. */
  readonly onKill: () => void;
  /** Its process is another one now, or there is none. */
  readonly onProcess: () => void;
  /** It ended without being asked to: whether to start it again, after that many ms. */
  readonly startAgain: (how: Ending, afterMs: number) => boolean;
}

/** An exit code, or the signal or error that ended it. */
export type Ending = number | string;

/** A process that is started again when it dies. */
export interface Supervised {
  readonly pid: number | undefined;
  /** SIGTERM, unless it is gone already, and SIGKILL after its grace; resolves when it is. */
  stop(): Promise<void>;
}

const firstBackOffMs = 500;
const longestBackOffMs = 15_000;
/** One that lived so long died of something new. */
const steadyMs = 30_000;

export function supervise(options: SupervisedOptions): Supervised {
  const stopping = new AbortController();
  let child: ChildProcess | undefined;

  const runOnce = async () => {
    child = start(options);
    options.onProcess();
    const how = await endOf(child);
    child = undefined;
    options.onProcess();
    return how;
  };
  const run = async () => {
    for (let deaths = 0; !stopping.signal.aborted; deaths += 1) {
      const startedAt = performance.now();
      const how = await runOnce();
      if (performance.now() - startedAt > steadyMs) deaths = 0;
      const backOffMs = Math.min(firstBackOffMs * 2 ** deaths, longestBackOffMs);
      if (stopping.signal.aborted || !options.startAgain(how, backOffMs)) return;
      await pause(backOffMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const running = run();
  return {
    get pid() {
      return child?.pid;
    },
    stop: async () => {
      stopping.abort();
      child?.kill('SIGTERM');
      const impatience = setTimeout(() => {
        if (child === undefined) return;
        options.onKill();
        child.kill('SIGKILL');
      }, options.graceMs);
      try {
        await running;
      } finally {
        clearTimeout(impatience);
      }
    },
  };
}

function start({ command, args, environment, onLine }: SupervisedOptions): ChildProcess {
  // In a group of its own, so that a Ctrl-C reaches only us and everything ends in its order.
  const child = spawn(command, args, { env: environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', onLine);
  return child;
}

async function endOf(child: ChildProcess): Promise<Ending> {
  try {
    const [code, signal] = await once(child, 'close');
    return signal ?? code;
  } catch (error) {
    return String(error);
  }
}
