import { hash } from 'node:crypto';
import { after, afterEach, before, beforeEach } from 'node:test';
import type { Delivery, EntryId, From, LogPlan, Message, RedisNode, Settlement } from '@relay/core';
import { type RedisOptions, type RunningRedis, startRedis } from '@relay/testkit';
import {
  connectFast,
  connectPatient,
  createJournal,
  type Journal,
  type Keeping,
  type RedisConnection,
} from '../src/index.ts';

export const day = 24 * 60 * 60 * 1000;

export interface Given {
  readonly server: RunningRedis;
  /** A connection beside the journals', to look and to meddle. */
  readonly redis: RedisConnection;
  /** The journal of another process, ended with the test. */
  journal(options?: GivenJournalOptions): Journal;
}

export interface GivenJournalOptions {
  readonly consumer?: string;
  readonly retentionMs?: () => number;
  /** Default patient, as the worker's. */
  readonly temper?: 'fast' | 'patient';
  /** Default the given server's. */
  readonly url?: string;
}

/** One Redis for the tests of a file, empty before each of them. */
export function givenRedis(options: RedisOptions = {}): Given {
  let server: RunningRedis;
  let redis: RedisConnection;
  let closing: (() => void)[] = [];

  before(async () => {
    server = await startRedis(options);
    redis = connectPatient({ url: server.url, name: 'test' });
  });
  beforeEach(async () => {
    await redis.flushall();
  });
  afterEach(() => {
    for (const close of closing) close();
    closing = [];
  });
  after(async () => {
    redis.disconnect();
    await server.stop();
  });

  return {
    get server() {
      return server;
    },
    get redis() {
      return redis;
    },
    journal({ consumer = 'worker-1', retentionMs = () => day, temper = 'patient', url = server.url } = {}) {
      const connect = temper === 'fast' ? connectFast : connectPatient;
      const connection = connect({ url, name: consumer });
      const journal = createJournal({ redis: connection, consumer, retentionMs });
      closing.push(() => {
        journal.close();
        connection.disconnect();
      });
      return journal;
    },
  };
}

/** The plan of a log with a cursor for each of these subscribers. */
export function planOf(
  endpoint: string,
  subscribers: readonly string[] = ['billing'],
  { from = { kind: 'now' }, dedupMs = 60 * 60 * 1000 }: { from?: From; dedupMs?: number } = {},
): LogPlan {
  return { endpoint, dedupMs, cursors: subscribers.map((subscriber) => ({ subscriber, from })) };
}

/** Two messages of the same text look alike. */
export function givenMessage(text: string, changes: Partial<Message> = {}): Message {
  return {
    body: Buffer.from(text),
    contentType: 'application/json',
    receivedAt: Date.now(),
    digest: hash('sha256', text, 'buffer'),
    vendorAttempt: 1,
    facts: { devices: [] },
    ...changes,
  };
}

let tokens = 0;

/** Unlike any other: each request has its own. */
export function newToken(): string {
  tokens += 1;
  return `request-${tokens}`;
}

/** Keeps a message that came alone. */
export async function keepOne(
  journal: Pick<Journal, 'keep'>,
  endpoint: string,
  message: Message,
  token: string,
): Promise<Keeping> {
  const [keeping] = await journal.keep(endpoint, [message], token);
  if (keeping === undefined) throw new Error('there is no answer for the message');
  return keeping;
}

/** Keeps messages of these texts, one after the other, and answers their ids. */
export async function keepAll(
  journal: Pick<Journal, 'keep'>,
  endpoint: string,
  texts: readonly string[],
): Promise<string[]> {
  const ids = [];
  for (const text of texts) ids.push((await keepOne(journal, endpoint, givenMessage(text), newToken())).id);
  return ids;
}

/** The texts of deliveries, in the order they came. */
export function textsOf(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ message }) => message.body.toString());
}

/** Settles a delivery as read from a journal. */
export function settle(
  journal: Pick<Journal, 'settle'>,
  { message, subscriber, entry }: Pick<Delivery, 'message' | 'subscriber' | 'entry'>,
  settlement: Settlement,
): Promise<boolean> {
  return journal.settle({ endpoint: message.endpoint, subscriber, entry, settlement });
}

const once = { count: 1, firstAt: 1_700_000_000_000, words: ['503'] };

export const skipped: Settlement = { state: 'skipped' };
export const delivered: Settlement = { state: 'delivered', attempts: { ...once, words: ['200'] }, at: once.firstAt };
export const open: Settlement = { state: 'open', attempts: once, at: once.firstAt, dueAt: once.firstAt + 5_000 };
export const dead: Settlement = {
  state: 'dead',
  attempts: { ...once, words: ['410'] },
  at: once.firstAt,
  reason: 'gone',
};

/** Lets a worker's pending deliveries look as if it had been silent for longer than anybody waits. */
export async function silence(
  redis: RedisConnection,
  endpoint: string,
  subscriber: string,
  consumer: string,
  entries: readonly EntryId[],
): Promise<void> {
  const longAgo = ['IDLE', 60_000, 'JUSTID'];
  await redis.call('XCLAIM', `relay:{${endpoint}}:log`, subscriber, consumer, 0, ...entries, ...longAgo);
}

/** The books of one cursor, without what is the same in every one of them. */
export async function booksOf(journal: Pick<Journal, 'ledger'>, endpoint: string, subscriber = 'billing') {
  const ledger = (await journal.ledger(endpoint)).find((candidate) => candidate.subscriber === subscriber);
  if (ledger === undefined) throw new Error(`${subscriber} has no cursor in the log of ${endpoint}`);
  const { read, skipped, delivered, dead, discarded, open, pending, waiting } = ledger;
  return { read, skipped, delivered, dead, discarded, open, pending, waiting };
}

const nothing = { read: 0, skipped: 0, delivered: 0, dead: 0, discarded: 0, open: 0, pending: 0, waiting: 0 };

/** Books of which only these are not 0. */
export function books(changes: Partial<typeof nothing>): typeof nothing {
  return { ...nothing, ...changes };
}

/** As they stand in relay.yaml: `127.0.0.1:7000`. */
export function nodesOf(nodes: readonly string[]): RedisNode[] {
  return nodes.map((node) => {
    const [host = '', port] = node.split(':');
    return { host, port: Number(port) };
  });
}
