import { createJournal } from '@relay/journal';
import { eventually } from '@relay/testkit';
import type { Redis } from 'ioredis';
import type { Figures } from './figures.ts';
import { accepted, refusals } from './posted.ts';
import { connections, longestMs } from './posting.ts';
import { dataMemory } from './redis-figures.ts';
import { openStage } from './stage.ts';
import type { Setting } from './system.ts';
import type { Trial } from './trial.ts';

/** For each end; what an endpoint weighs itself is a few bytes of each then. */
const messages = 2_000;
/** So far away that no delivery is attempted twice. */
const schedule = ['12h'];

/** What a message weighs in Redis, with its share of dedup, look-ups, records and alarms, by the end of its deliveries. */
export async function measureSizing({ system, bodyBytes, ...of }: Trial): Promise<Figures> {
  const { subscribers } = of;
  await using stage = await openStage({ ...of, capacity: 3 * messages });
  const { client, vendor, receivers } = stage;
  const setting: Setting = {
    ...stage.setting,
    // Nothing stands still, whatever is answered.
    subscribers: stage.setting.subscribers.map((subscriber) => ({
      ...subscriber,
      retry: { schedule },
      breaker: 'off' as const,
    })),
  };
  await using services = new AsyncDisposableStack();
  const { targets } = services.adopt(await system.startIngest(setting), (service) => service.stop());
  let firstId = 0;
  let refused = 0;

  /** Posts some, waits for what is to become of them, and answers what each has added. */
  async function weigh(until: () => Promise<unknown>): Promise<{ bytes: number; count: number }> {
    const emptyBytes = await dataMemory(client);
    const order = { targets, firstId, connections, limit: messages, durationMs: longestMs };
    const posted = await vendor.ask('postClosed', { ...order, ...(bodyBytes !== undefined && { bodyBytes }) });
    firstId += messages;
    refused += refusals(posted);
    await until();
    const count = accepted(posted).length;
    return { bytes: ((await dataMemory(client)) - emptyBytes) / count, count };
  }

  const waiting = await weigh(async () => {});
  const waitingBytes = await dataMemory(client);
  services.adopt(await system.startWorker(setting), (service) => service.stop());
  await untilSettledOrOpen(client);
  const delivered = ((await dataMemory(client)) - waitingBytes) / waiting.count / subscribers;
  await receivers.ask('answerWith', unavailable);
  const open = await weigh(() => untilSettledOrOpen(client));
  await receivers.ask('answerWith', gone);
  const dead = await weigh(() => untilSettledOrOpen(client));
  return {
    waitingBytes: waiting.bytes,
    deliveredBytes: waiting.bytes + delivered * subscribers,
    openBytes: open.bytes,
    deadBytes: dead.bytes,
    perDeliveredBytes: delivered,
    perOpenBytes: (open.bytes - waiting.bytes) / subscribers,
    perDeadBytes: (dead.bytes - waiting.bytes) / subscribers,
    refused,
  };
}

/** Tried again later. */
const unavailable = 503;
/** A dead letter at once. */
const gone = 410;

async function untilSettledOrOpen(client: Redis): Promise<void> {
  const journal = createJournal({ redis: client, consumer: 'bench', retentionMs: () => 0 });
  const isDone = async () => {
    const ledgers = await journal.ledger('bench-0');
    return ledgers.every(({ waiting, pending }) => waiting === 0 && pending === 0);
  };
  await eventually('every delivery is settled or open', isDone, { withinMs: longestMs });
  journal.close();
}
