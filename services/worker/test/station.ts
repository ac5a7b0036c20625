import { randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Configuration } from '@relay/config';
import type { Ledger, Message, MessageId } from '@relay/core';
import { createDelivery } from '@relay/delivery';
import { createHolds } from '@relay/holds';
import { connectPatient, createBell, createJournal, createPresence, type RedisConnection } from '@relay/journal';
import { createDampedLog, createWorkerMetrics } from '@relay/metrics';
import { createPace } from '@relay/pace';
import { createRetries, type Retries } from '@relay/retries';
import {
  type Answering,
  eventually,
  type FaultProxy,
  type Receiver,
  type RedisOptions,
  startFaultProxy,
  startProcess,
  startReceiver,
  startRedis,
  temporaryFolder,
} from '@relay/testkit';
import { pino } from 'pino';
import { createWorker, type WorkerDeps } from '../src/app.ts';
import { createOutage } from '../src/outage.ts';
import { createPayloads } from '../src/payloads.ts';
import { message } from './given.ts';

export const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export type Station = Awaited<ReturnType<typeof startStation>>;

/** A Redis of its own, a journal to keep messages as ingest would, and any number of workers and receivers. */
export async function startStation(test: Pick<TestContext, 'after'>, options: RedisOptions = {}) {
  const closing: (() => Promise<void>)[] = [];
  // The newest first, so that workers still find their Redis.
  test.after(async () => {
    for (const close of closing.reverse()) await close();
  });
  const redis = await startRedis(options);
  closing.push(() => redis.stop());
  const client = connectPatient({ url: redis.url, name: 'test' });
  const journal = createJournal({ redis: client, consumer: 'test', retentionMs: () => 86_400_000 });
  closing.push(async () => {
    journal.close();
    client.disconnect();
  });

  async function keep(body: string | Buffer, name = 'carrier', changes: Partial<Message> = {}): Promise<MessageId> {
    const [kept] = await journal.keep(name, [message(body, changes)], randomBytes(8).toString('hex'));
    if (kept === undefined) throw new Error('there is no answer for the message');
    return kept.id;
  }

  async function ledger(name = 'billing', endpointName = 'carrier'): Promise<Ledger> {
    const found = (await journal.ledger(endpointName)).find((entry) => entry.subscriber === name);
    if (found === undefined) throw new Error(`${name} has no cursor in ${endpointName}`);
    return found;
  }

  return {
    redis,
    client,
    journal,
    presence: createPresence({ redis: client, journal }),
    keep,
    /** Keeps so many messages at once, `<label> 1` and so on; resolves with their ids. */
    keepMany: (count: number, label = 'message', name = 'carrier') =>
      Promise.all(Array.from({ length: count }, (_, i) => keep(`${label} ${i + 1}`, name))),
    ledger,
    /** Until nothing of the subscriber's is waiting, pending or open. */
    settled: (name = 'billing', endpointName = 'carrier') =>
      eventually(`everything of ${name} is settled`, async () => {
        const { waiting, pending, open } = await ledger(name, endpointName);
        return waiting + pending + open === 0;
      }),
    async startReceiver(answering?: Answering, port?: number): Promise<Receiver> {
      const receiver = await startReceiver(answering, port === undefined ? {} : { port });
      closing.push(() => receiver.close());
      return receiver;
    },
    /** A way to Redis that can be broken. */
    async startWay(): Promise<FaultProxy> {
      const way = await startFaultProxy({ port: redis.port });
      closing.push(() => way.close());
      return way;
    },
    async startWorker(
      first: Configuration,
      changes: Partial<WorkerDeps> = {},
      { port }: Pick<FaultProxy, 'port'> = redis,
    ) {
      const worker = createStationWorker(`redis://127.0.0.1:${port}`, changes);
      closing.push(worker.close);
      await worker.apply(first);
      return worker;
    },
    /** The process as production has it, once its configuration is in force. */
    async startProcess(
      config: Configuration,
      env: Record<string, string> = {},
      { port }: Pick<FaultProxy, 'port'> = redis,
    ) {
      const path = join(temporaryFolder(), 'relay.yaml');
      const write = (next: Configuration | string) => writeConfiguration(path, `redis://127.0.0.1:${port}`, next);
      write(config);
      const process = await startProcess({
        args: [main],
        env: { RELAY_CONFIG: path, ...env },
        ready: /worker\.started/,
      });
      closing.push(async () => {
        await process.kill();
      });
      const operations = String(process.logs().find(({ msg }) => msg === 'worker.started')?.operations);
      return {
        ...process,
        write,
        ...operationsAt(operations),
        linesOf: (text: string) => process.logs().filter(({ msg }) => msg === text),
      };
    },
  };
}

let workers = 0;

/** The worker in this process, put together as main.ts does it. */
function createStationWorker(url: string, changes: Partial<WorkerDeps>) {
  workers += 1;
  const consumer = `worker-${workers}`;
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const metrics = createWorkerMetrics();
  const damped = createDampedLog(log);
  const outage = createOutage({ metrics, log: damped });
  const redis = connectPatient({
    url,
    name: consumer,
    onOutage: outage.trouble,
    onReady() {
      outage.over();
      worker.reached();
    },
  });
  const hearing = connectPatient({ url, name: `${consumer}-holds` });
  const payloads = createPayloads();
  const http = createDelivery({ userAgentVersion: '0.1.0', ...payloads });
  let retries: Retries | undefined;
  const journal = createJournal({ redis, consumer, retentionMs: () => 86_400_000 });
  const worker = createWorker({
    journal,
    presence: createPresence({ redis, journal }),
    http,
    decode: payloads.decode,
    metrics,
    pace: createPace({ redis }),
    createRetries(onAlarm) {
      retries = createRetries({ redis, onAlarm, onError: () => undefined });
      return retries;
    },
    createHolds: (onChange) =>
      createHolds({ redis, hearing, onChange, ...(changes.clock && { clock: changes.clock }) }),
    outage,
    log,
    damped,
    mayClaim: () => true,
    random: () => 0,
    ...changes,
  });
  let bell: { close(): void } | undefined;
  let ended = false;

  async function stop(withinMs: number, settleWithinMs = 5_000): Promise<boolean> {
    ended = true;
    bell?.close();
    const handedBack = await worker.stop({ withinMs, settleWithinMs });
    http.close();
    await retries?.close();
    redis.disconnect();
    return handedBack;
  }

  return {
    consumer,
    lines,
    linesOf: (text: string) => lines.filter(({ msg }) => msg === text),
    metrics,
    async apply(next: Configuration): Promise<void> {
      payloads.learn(next.endpoints);
      await worker.apply(next);
      bell ??= createBell({
        redis: connectPatient({ url, name: `${consumer}-bell` }),
        onRing: worker.ring,
        onAnything: worker.ringAll,
      });
    },
    /** Until what is done every round was done once. */
    firstRound: () =>
      eventually('the books', async () => (await metrics.text()).includes('relay_waiting_messages{subscriber=')),
    stop,
    close: async () => {
      if (!ended) await stop(0);
    },
  };
}

/** Replaces the file as editors and Kubernetes do, by a rename. */
function writeConfiguration(path: string, redisUrl: string, next: Configuration | string): void {
  writeFileSync(`${path}.next`, typeof next === 'string' ? next : yamlOf(redisUrl, next));
  renameSync(`${path}.next`, path);
}

/** JSON is YAML. */
function yamlOf(redis: string, { endpoints, subscribers }: Configuration): string {
  const operations = { host: '127.0.0.1', port: 0 };
  return JSON.stringify({
    redis,
    ingest: { operations },
    worker: { operations },
    endpoints: endpoints.map(({ name, path, source }) => ({ name, path, source })),
    subscribers: subscribers.map(
      ({
        name,
        url,
        endpoints: receives,
        timeoutMs,
        concurrency,
        order,
        retry,
        breaker,
        signing,
        headers,
        payload,
        redact,
      }) => ({
        name,
        url,
        receives,
        timeout: `${timeoutMs}ms`,
        // In one line, nothing else makes sense.
        ...(order !== 'endpoint' && { concurrency }),
        ...(order !== undefined && { ordered: order === 'device' ? { by: 'device' } : true }),
        retry: { schedule: retry.scheduleMs.map((ms) => `${ms}ms`), maxAge: `${retry.maxAgeMs}ms` },
        breaker: breaker ? { failures: breaker.failures, probes: breaker.probeMs.map((ms) => `${ms}ms`) } : 'off',
        ...(signing?.kind === 'standard-webhooks' && {
          sign: { secret: signing.secrets.map((secret) => `whsec_${secret.toString('base64')}`) },
        }),
        headers,
        payload,
        ...(redact && { redact }),
      }),
    ),
  });
}

export function operationsAt(url: string) {
  return {
    live: async () => (await fetch(`${url}/live`)).status,
    ready: async () => (await fetch(`${url}/ready`)).status,
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
  };
}

/** Lets a pending delivery look as if its worker had been silent for an hour, which nobody has to wait for. */
export async function age(redis: RedisConnection, endpointName: string, name: string): Promise<void> {
  const log = `relay:{${endpointName}}:log`;
  const pending = (await redis.call('XPENDING', log, name, '-', '+', 1000)) as [entry: string, consumer: string][];
  for (const [entry, consumer] of pending)
    await redis.call('XCLAIM', log, name, consumer, 0, entry, 'IDLE', 3_600_000, 'JUSTID');
}

/** For how long nobody has refreshed one of billing's pending deliveries of `carrier`, in ms. */
export async function longestIdleMs(redis: RedisConnection): Promise<number> {
  const log = 'relay:{carrier}:log';
  const pending = (await redis.call('XPENDING', log, 'billing', '-', '+', 1000)) as [string, string, idle: number][];
  return Math.max(...pending.map(([, , idle]) => idle));
}

/** Bodies as text, in the order in which they came. */
export function bodies({ received }: Receiver): string[] {
  return received.map(({ body }) => body.toString());
}

/** How many requests came for each message. */
export function requestsById({ received }: Receiver): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { headers } of received) {
    const id = String(headers['webhook-id']);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}
