import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, type FaultProxy, freePort, startFaultProxy, temporaryFolder } from '@relay/testkit';
import { createLives } from './lives.ts';

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
  /** Until what it says of itself is so; rejects when it ends first. */
  until(what: string, condition: (readiness: Readiness) => boolean): Promise<void>;
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
  /** Nothing of it is waited for any longer. */
  readonly stopping?: AbortSignal | undefined;
}

const readyWithinMs = 30_000;
/** A frozen process does not answer at all. */
const answerWithinMs = 5_000;

/** Makes a part, and does not start it yet. */
export async function createPart(options: PartOptions): Promise<Part> {
  const { name, service, stopping } = options;
  const way = await startFaultProxy({ port: options.redisPort });
  const [port, operationsPort] = [await freePort(), await freePort()];
  const file = writeConfiguration(options, { redis: `redis://${way.host}`, port, operationsPort });
  const script = fileURLToPath(new URL(`../../../services/${service}/src/main.ts`, import.meta.url));
  const lives = createLives({ name, script, env: { NODE_ENV: 'production', RELAY_CONFIG: file } });
  const { ownEnds } = lives;
  const operations = createOperations(operationsPort);

  async function until(what: string, condition: (readiness: Readiness) => boolean): Promise<void> {
    const inVain = () => lives.over || ownEnds.length > 0 || stopping?.aborted === true;
    const isSo = async () => {
      const readiness = await operations.readiness();
      return inVain() || (readiness !== undefined && condition(readiness));
    };
    await eventually(`${name} ${what}`, isSo, { withinMs: readyWithinMs });
    stopping?.throwIfAborted();
    if (inVain()) throw new Error(ownEnds.length > 0 ? ownEnds.join('\n') : `${name} was ended for good`);
  }

  return {
    name,
    service,
    get pid() {
      return lives.current().pid;
    },
    way,
    port,
    get lives() {
      return lives.count;
    },
    ownEnds,
    logs: lives.logs,
    ...operations,
    start: lives.start,
    until,
    untilReady: () => until('is ready', ({ ready, keeps }) => ready && (service === 'worker' || keeps === 'in Redis')),
    stop: () => lives.end('stop'),
    async kill() {
      await lives.end('kill');
    },
    freeze: () => lives.current().signal('SIGSTOP'),
    thaw: () => lives.current().signal('SIGCONT'),
    async dispose() {
      await lives.close();
      await way.close();
    },
  };
}

/** What a process says on its port for operations. */
function createOperations(port: number): Pick<Part, 'readiness' | 'metrics'> {
  const ask = (path: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(answerWithinMs) });
  return {
    async readiness() {
      try {
        return (await (await ask('/ready')).json()) as Readiness;
      } catch {
        return undefined;
      }
    },
    async metrics() {
      const answer = await ask('/metrics');
      if (!answer.ok) throw new Error(`/metrics was answered ${answer.status}`);
      return answer.text();
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
