import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Configuration } from '@relay/config';
import type { Endpoint, Subscriber } from '@relay/core';
import { connectPatient, createJournal } from '@relay/journal';
import { eventually, startRedis, temporaryFolder } from '@relay/testkit';
import { pino } from 'pino';
import { createIngest, type IngestOptions } from '../src/index.ts';

export const credentials = { username: 'acct-0000000001-00001', password: 'not-a-secret' };

export const carrier: Endpoint = {
  name: 'thingspace-carrier',
  source: 'thingspace',
  path: '/thingspace/carrier',
  account: '0000000001-00001',
  service: undefined,
  verify: { credentials: [credentials], allow: [] },
  dedupMs: 3_600_000,
};

export const billing: Subscriber = {
  name: 'billing',
  url: 'http://127.0.0.1:9/billing',
  endpoints: [carrier.name],
  from: { kind: 'now' },
  timeoutMs: 15_000,
  concurrency: 16,
  retry: { scheduleMs: [5_000], maxAgeMs: 86_400_000, jitter: 0.2, giveUpOn: [[410, 410]] },
  method: 'POST',
  wheres: {},
  resume: false,
  connectTimeoutMs: 5_000,
  network: { allowPrivate: true, deny: [], allow: [] },
  headers: {},
  payload: 'raw',
  redact: false,
};

const anyPort = { host: '127.0.0.1', port: 0 };

export function configurationOf(
  redisUrl: string,
  changes: Partial<Omit<Configuration, 'ingest'>> & { ingest?: Partial<Configuration['ingest']> } = {},
): Configuration {
  return {
    redis: { url: redisUrl, replicas: 0, fsync: false },
    retentionMs: 86_400_000,
    network: { allowPrivate: true, deny: [], allow: [] },
    worker: { operations: anyPort },
    endpoints: [carrier],
    subscribers: [billing],
    ...changes,
    ingest: {
      publicUrl: undefined,
      listeners: [anyPort],
      trustProxy: [],
      maxBodyBytes: 1_048_576,
      spool: { directory: temporaryFolder(), maxBytes: 67_108_864 },
      operations: anyPort,
      ...changes.ingest,
    },
  };
}

export type Station = Awaited<ReturnType<typeof startIngest>>;

/** Ingest alone, in this process, as main.ts would make it; ended with the test. */
export async function startIngest(
  test: Pick<TestContext, 'after'>,
  configuration: Configuration,
  options: Pick<IngestOptions, 'bodyRoomBytes'> = {},
) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const ingest = await createIngest({ configuration, log, ...options });
  let ended = false;
  const close = async () => {
    if (ended) return;
    ended = true;
    await ingest.close();
  };
  const hurry = () => {
    ingest.hurry();
    return close();
  };
  test.after(hurry);
  const { listeners, operations } = await ingest.listen();
  const urls = listeners.map(urlOf);
  const ready = async () => (await (await fetch(`${urlOf(operations)}/ready`)).json()) as Record<string, unknown>;
  return {
    url: urls[0] ?? '',
    urls,
    operationsUrl: urlOf(operations),
    /** Lines logged so far, and those with this message. */
    lines,
    linesOf: (message: string) => lines.filter(({ msg }) => msg === message),
    change: ingest.change,
    turnDown: ingest.turnDown,
    /** As on SIGTERM, and on a second one right after it. */
    close,
    hurry,
    ready,
    /** Where a callback posted now would be kept. */
    keeps: async () => (await ready()).keeps,
    isReady: async () => (await fetch(`${urlOf(operations)}/ready`)).status === 200,
    metrics: async () => await (await fetch(`${urlOf(operations)}/metrics`)).text(),
  };
}

/** A Redis of its own and an ingest that has applied its configuration there. */
export async function startStation(
  test: Pick<TestContext, 'after'>,
  changes: Parameters<typeof configurationOf>[1] = {},
  { redisArgs = [], ...options }: Pick<IngestOptions, 'bodyRoomBytes'> & { redisArgs?: readonly string[] } = {},
) {
  const redis = await startRedis({ args: redisArgs });
  test.after(() => redis.stop());
  const configuration = configurationOf(redis.url, changes);
  const ingest = await startIngest(test, configuration, options);
  await eventually('ingest keeps callbacks in Redis', async () => (await ingest.keeps()) === 'in Redis');
  return { ...ingest, redis, configuration, ...reader(test, redis.url) };
}

/** Reads what was kept as a worker would. */
export function reader(test: Pick<TestContext, 'after'>, url: string) {
  const redis = connectPatient({ url, name: 'test' });
  const journal = createJournal({ redis, consumer: 'test', retentionMs: () => 86_400_000 });
  test.after(() => {
    journal.close();
    redis.disconnect();
  });
  const unreadMessages = async (subscriber = billing.name, endpoint = carrier.name) =>
    (await journal.read(subscriber, [endpoint], 1000)).map(({ message }) => message);
  return {
    client: redis,
    /** What `subscriber` has not read before. */
    unreadMessages,
    /** The same, its bodies alone. */
    unread: async (...whose: Parameters<typeof unreadMessages>) =>
      (await unreadMessages(...whose)).map(({ body }) => body),
  };
}

export function post(url: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body: new Uint8Array(Buffer.from(body)), headers });
}

export function callback(members: Record<string, unknown> = {}): string {
  return JSON.stringify({ ...credentials, ...members });
}

/** A request of so many bytes whose beginning is on its way. */
export async function beginPost(url: string, beginning: string, bytes: number): Promise<ClientRequest> {
  const begun = request(url, { method: 'POST', headers: { 'content-length': bytes } });
  begun.write(beginning);
  await once(begun, 'socket');
  await eventually('the beginning is on its way', () => begun.writableLength === 0);
  return begun;
}

/** The status, and the code of the problem that it carries. */
export async function problemOf(response: Response): Promise<[status: number, code: string]> {
  const { status, code } = (await response.json()) as { status: number; code: string };
  if (response.headers.get('content-type') !== 'application/problem+json') throw new Error('no problem+json');
  if (status !== response.status) throw new Error('the problem speaks of another status');
  return [response.status, code];
}

function urlOf({ address, port }: AddressInfo): string {
  return `http://${address}:${port}`;
}

/** A directory that is only gone would be made anew, perhaps in between. */
export async function putFileInPlaceOf(directory: string): Promise<void> {
  await eventually('a file is in its place', () => {
    rmSync(directory, { recursive: true, force: true });
    writeFileSync(directory, '', { flag: 'wx' });
    return true;
  });
}
