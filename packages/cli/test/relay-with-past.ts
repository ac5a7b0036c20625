import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Delivery, Message, MessageId } from '@relay/core';
import { connectPatient, createJournal, type Journal, type RedisConnection } from '@relay/journal';
import {
  type Answering,
  type Receiver,
  type RunningProcess,
  startProcess,
  startReceiver,
  startRedis,
} from '@relay/testkit';
import { folderWith, main, type Ran, relayHere } from './relay.ts';

const workerMain = join(import.meta.dirname, '../../../services/worker/src/main.ts');

/** A Redis with a log that has a past, a receiver, and a worker once it is started; all of them end with the test. */
export interface WithPast {
  readonly redis: RedisConnection;
  readonly journal: Journal;
  readonly receiver: Receiver;
  /** With its relay.yaml. */
  readonly folder: string;
  /** One after the other; answers their ids. */
  keep(...bodies: (string | Buffer)[]): Promise<MessageId[]>;
  /** Gives up everything that is unread. */
  giveUp(subscriber: string): Promise<readonly Delivery[]>;
  startWorker(): Promise<RunningProcess>;
  /** In this process, one at a time. */
  command(...args: string[]): Promise<Ran>;
  /** In a process of its own, which goes on. */
  start(...args: string[]): Promise<RunningProcess>;
}

/** `archive` has read the log from its beginning; `billing`, in the configuration as well, is new unless it is said to be old. */
export async function startWithPast(
  t: TestContext,
  {
    answering,
    old = ['archive'],
    billing = '',
  }: { answering?: Answering; old?: readonly string[]; billing?: string } = {},
): Promise<WithPast> {
  const closing: (() => Promise<unknown>)[] = [];
  t.after(async () => {
    for (const close of closing.reverse()) await close();
  });
  const server = await startRedis();
  closing.push(() => server.stop());
  const redis = connectPatient({ url: server.url, name: 'test' });
  const journal = createJournal({ redis, consumer: 'test', retentionMs: () => 3_600_000 });
  closing.push(async () => {
    journal.close();
    redis.disconnect();
  });
  const receiver = await startReceiver(answering);
  closing.push(() => receiver.close());
  const cursors = old.map((subscriber) => ({ subscriber, from: { kind: 'now' } as const }));
  await journal.apply([{ endpoint: 'carrier', dedupMs: 1_000, cursors }]);
  const folder = folderWith(`
redis: ${server.url}
worker: {operations: {port: 0}}
endpoints: [{name: carrier, source: generic}, {name: other, source: generic}]
subscribers:
  - {name: archive, url: "${receiver.url}/archive", receives: [carrier]}
  - {name: billing, url: "${receiver.url}/billing"${billing.includes('receives') ? '' : ', receives: [carrier]'}${billing}}`);

  return {
    redis,
    journal,
    receiver,
    folder,
    async keep(...bodies) {
      const ids: MessageId[] = [];
      for (const body of bodies) {
        const kept = await journal.keep('carrier', [message(Buffer.from(body))], `request ${ids.length} ${body}`);
        ids.push(...kept.map(({ id }) => id));
      }
      return ids;
    },
    async giveUp(subscriber) {
      const deliveries = await journal.read(subscriber, ['carrier'], 1_000);
      for (const { entry } of deliveries) {
        const at = Date.now();
        const attempts = { count: 2, firstAt: at, words: ['503', '422'] };
        const settlement = { state: 'dead', attempts, at, reason: 'refused' } as const;
        await journal.settle({ endpoint: 'carrier', subscriber, entry, settlement });
      }
      return deliveries;
    },
    async startWorker() {
      const worker = await startProcess({ args: [workerMain], cwd: folder, ready: /"configuration.applied"/ });
      closing.push(() => worker.kill());
      return worker;
    },
    command: (...args) => relayHere(folder, args),
    async start(...args) {
      const command = await startProcess({ args: [main, ...args], cwd: folder });
      closing.push(() => command.kill());
      return command;
    },
  };
}

/** Its type is the body's first word. */
function message(body: Buffer): Message {
  const [type = ''] = body.toString('latin1').split(' ');
  return {
    body,
    contentType: 'application/octet-stream',
    receivedAt: Date.now(),
    digest: createHash('sha256').update(body).digest(),
    vendorAttempt: undefined,
    facts: { correlationId: `request of ${type}`, devices: [], type },
  };
}
