import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  eventually,
  type FaultProxy,
  freePort,
  type RunningProcess,
  startFaultProxy,
  startProcess,
  temporaryFolder,
} from '@relay/testkit';

export type Service = 'ingest' | 'worker';

/** One process of the relay, as production has it; it can be ended and started again, and stays the same part. */
export interface Part {
  /** `ingest-1`, `worker-2`. */
  readonly name: string;
  readonly service: Service;
  /** Of the process running now, or of the last one. */
  readonly pid: number;
  /** Its own way to Redis. */
  readonly way: FaultProxy;
  /** Where it takes callbacks, if it is an ingest. */
  readonly port: number;
  readonly operationsPort: number;
  /** Started so often. */
  readonly lives: number;
  /** How it ended when nobody had ended it: an exit code or a signal, and its last words. */
  readonly ownEnds: readonly string[];
  /** The JSON lines of all its lives. */
  logs(): Record<string, unknown>[];
  /** What /ready says, or undefined while nobody answers. */
  readiness(): Promise<Readiness | undefined>;
  metrics(): Promise<string>;
  /** Starts it, or starts it again with the same ports, configuration and spool; resolves as soon as the process is there. */
  start(): Promise<void>;
  /** Until it is ready; an ingest, until it keeps callbacks in Redis. */
  untilReady(): Promise<void>;
  /** SIGTERM; resolves with its exit code, or the signal that it ended of. */
  stop(): Promise<number | NodeJS.Signals>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  /** Ends the process and its way for good. */
  dispose(): Promise<void>;
}

export interface Readiness {
  readonly ready: boolean;
  /** An ingest's: `in Redis`, `in the spool` or `nowhere`. */
  readonly keeps?: string;
  readonly [detail: string]: unknown;
}

export interface PartOptions {
  readonly service: Service;
  readonly name: string;
  readonly redisPort: number;
  /** As they stand in relay.yaml. */
  readonly endpoints: readonly object[];
  readonly subscribers: readonly object[];
}

const lastWords = 10;
const readyWithinMs = 30_000;
/** A frozen process does not answer at all. */
const answerWithinMs = 5_000;

/** Makes a part, and does not start it yet. */
export async function createPart(options: PartOptions): Promise<Part> {
  const { name, service } = options;
  const way = await startFaultProxy({ port: options.redisPort });
  const [port, operationsPort] = [await freePort(), await freePort()];
  const file = writeConfiguration(options, { redis: `redis://${way.host}`, port, operationsPort });
  const script = fileURLToPath(new URL(`../../../services/${service}/src/main.ts`, import.meta.url));
  const processes: RunningProcess[] = [];
  const ownEnds: string[] = [];
  const ordered = new Set<RunningProcess>();
  let disposed = false;

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
  const ask = (path: string) =>
    fetch(`http://127.0.0.1:${operationsPort}${path}`, { signal: AbortSignal.timeout(answerWithinMs) });
  const readiness = async () => {
    try {
      return (await (await ask('/ready')).json()) as Readiness;
    } catch {
      return undefined;
    }
  };
  return {
    name,
    service,
    get pid() {
      return current().pid;
    },
    way,
    port,
    operationsPort,
    get lives() {
      return processes.length;
    },
    ownEnds,
    logs: () => processes.flatMap((each) => each.logs()),
    readiness,
    metrics: async () => (await ask('/metrics')).text(),
    async start() {
      const running = await startProcess({ args: [script], env: { NODE_ENV: 'production', RELAY_CONFIG: file } });
      processes.push(running);
      void running.ended.then((code) => {
        if (ordered.has(running)) return;
        const output = [...running.stdout, ...running.stderr].slice(-lastWords);
        ownEnds.push([`${name} ended with ${code}`, ...output].join('\n'));
      });
    },
    async untilReady() {
      await eventually(
        `${name} is ready`,
        async () => {
          if (disposed || ownEnds.length > 0) return true;
          const now = await readiness();
          return now?.ready === true && (service === 'worker' || now.keeps === 'in Redis');
        },
        { withinMs: readyWithinMs },
      );
      if (ownEnds.length > 0) throw new Error(ownEnds.join('\n'));
    },
    stop: () => end('stop'),
    async kill() {
      await end('kill');
    },
    freeze: () => current().signal('SIGSTOP'),
    thaw: () => current().signal('SIGCONT'),
    async dispose() {
      disposed = true;
      if (processes.length > 0) await end('kill');
      await way.close();
    },
  };
}

/** JSON is YAML. */
function writeConfiguration(
  { endpoints, subscribers }: PartOptions,
  { redis, port, operationsPort }: { redis: string; port: number; operationsPort: number },
): string {
  const file = join(temporaryFolder(), 'relay.yaml');
  const operations = { host: '127.0.0.1', port: operationsPort };
  const listeners = [{ host: '127.0.0.1', port }];
  const ingest = { listeners, operations, spool: { directory: temporaryFolder() } };
  writeFileSync(file, JSON.stringify({ redis, ingest, worker: { operations }, endpoints, subscribers }));
  return file;
}
