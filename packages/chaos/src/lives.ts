import { type RunningProcess, startProcess } from '@relay/testkit';

/** The processes that a part has been, one after the other. */
export interface Lives {
  /** How many there were. */
  readonly count: number;
  /** How one ended that nobody had ended: an exit code or a signal, and its last words. */
  readonly ownEnds: readonly string[];
  /** There will be no more. */
  readonly over: boolean;
  /** The one running now, or the last one. */
  current(): RunningProcess;
  logs(): Record<string, unknown>[];
  /** Resolves as soon as the next one is there. */
  start(): Promise<void>;
  end(by: 'stop' | 'kill'): Promise<number | NodeJS.Signals>;
  /** Kills the one that is running, and starts none any more. */
  close(): Promise<void>;
}

export interface LivesOptions {
  readonly name: string;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
}

const lastWords = 10;

export function createLives({ name, script, env }: LivesOptions): Lives {
  const processes: RunningProcess[] = [];
  const ownEnds: string[] = [];
  const ordered = new Set<RunningProcess>();
  let over = false;

  const current = () => {
    const running = processes.at(-1);
    if (running === undefined) throw new Error(`${name} was not started yet`);
    return running;
  };
  const end = (by: 'stop' | 'kill') => {
    const running = current();
    ordered.add(running);
    running.signal('SIGCONT'); // a frozen one hears nothing else
    return running[by]();
  };
  const noteEnd = (running: RunningProcess, code: number | NodeJS.Signals) => {
    if (ordered.has(running)) return;
    const output = [...running.stdout, ...running.stderr].slice(-lastWords);
    ownEnds.push([`${name} ended with ${code}`, ...output].join('\n'));
  };
  return {
    get count() {
      return processes.length;
    },
    ownEnds,
    get over() {
      return over;
    },
    current,
    logs: () => processes.flatMap((each) => each.logs()),
    async start() {
      const running = await startProcess({ args: [script], env });
      processes.push(running);
      void running.ended.then((code) => noteEnd(running, code));
      if (over) await end('kill'); // it was closed while this one started
    },
    end,
    async close() {
      over = true;
      if (processes.length > 0) await end('kill');
    },
  };
}
