import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ledgerDifference } from '@relay/core';
import { connectPatient, createJournal } from '@relay/journal';
import { eventually, type Receiver, type RedisOptions, startReceiver } from '@relay/testkit';
import { accountOf, untilArrived } from '../src/account.ts';
import { carrier } from '../src/carrier.ts';
import { logLinesOf } from '../src/log-lines.ts';
import type { Part } from '../src/part.ts';
import { type SteadyLoad, startSteadyLoad } from '../src/steady-load.ts';
import { startWholeRelay, type WholeRelay } from '../src/whole-relay.ts';

/** The whole relay at work: callbacks come in steadily, and two subscribers get them. */
export interface AtWork {
  readonly relay: WholeRelay;
  readonly load: SteadyLoad;
  readonly receivers: readonly Receiver[];
}

export interface GivenOptions {
  readonly ingests?: number;
  readonly workers?: number;
  readonly redis?: RedisOptions;
  readonly perSecond?: number;
  /** How long a subscriber takes; default no time. */
  readonly answerAfterMs?: number;
}

const warmUp = 30;
/** So many lines a process may say about an outage of 90 s; those here are shorter. */
const linesPerOutage = 20;

export async function givenAtWork(
  t: TestContext,
  { perSecond = 60, answerAfterMs = 0, ...options }: GivenOptions = {},
): Promise<AtWork> {
  const closing = new AsyncDisposableStack();
  t.after(() => closing.disposeAsync());
  const answering = () => pause(answerAfterMs, { status: 200 });
  const receivers = [];
  for (let number = 0; number < 2; number += 1) {
    receivers.push(closing.adopt(await startReceiver(answering), (receiver) => receiver.close()));
  }
  const relay = closing.use(
    await startWholeRelay({
      endpoints: [carrier],
      subscribers: receivers.map(({ url }, index) => ({ name: `subscriber-${index + 1}`, url, receives: ['*'] })),
      ...options,
    }),
  );
  const load = closing.adopt(startSteadyLoad({ port: relay.front.port, perSecond }), (started) => started.stop());
  await load.more(warmUp);
  return { relay, load, receivers };
}

export interface Survival {
  /** Whether each process has to have said that Redis was away; it never says so twice for one reason. */
  readonly away: 'said' | 'said or unnoticed';
  /** Posts from then on (epoch ms) may not be lost; default all. Redis itself had forgotten the others. */
  readonly since?: number;
}

/** Ends the load, and the relay when everything has arrived; asserts what is promised whatever Redis does. */
export async function assertSurvived({ relay, load, receivers }: AtWork, { away, since = 0 }: Survival): Promise<void> {
  await load.stop();
  assert.deepEqual(
    load.posts.filter(({ status }) => status !== 200),
    [],
  );
  await Promise.all(relay.parts.map((part) => part.untilReady()));
  const promised = load.posts.filter(({ at }) => at >= since);
  const { lost } = await untilArrived({ posts: promised, receivers, ingests: relay.ingests });
  assert.deepEqual(lost, []);
  const { doubled, strange } = accountOf(load.posts, receivers);
  assert.deepEqual({ doubled, strange }, { doubled: 0, strange: 0 });
  await assertBooksClosed(relay);
  for (const part of relay.parts) {
    assert.equal(await part.stop(), 0, part.name);
    assert.deepEqual([part.ownEnds, part.lives], [[], 1]);
    assertSaidLittle(part, away);
  }
}

/** Until nothing is under way; then each cursor's sums add up. */
async function assertBooksClosed({ redis }: WholeRelay): Promise<void> {
  const connection = connectPatient({ url: redis.url, name: 'test' });
  const journal = createJournal({ redis: connection, consumer: 'test', retentionMs: () => 86_400_000 });
  try {
    const ledgers = await eventually('nothing waits, is pending or open', async () => {
      const found = await journal.ledger(carrier.name);
      return found.every(({ waiting, pending, open }) => waiting + pending + open === 0) ? found : undefined;
    });
    assert.deepEqual(
      ledgers.map((ledger) => [ledger.subscriber, ledgerDifference(ledger), ledger.dead]),
      [
        ['subscriber-1', 0, 0],
        ['subscriber-2', 0, 0],
      ],
    );
  } finally {
    journal.close();
    connection.disconnect();
  }
}

function assertSaidLittle(part: Part, away: Survival['away']): void {
  const logs = part.logs();
  const { most, by } = logLinesOf(logs);
  assert.ok(most < linesPerOutage, `${part.name} said ${most} lines: ${JSON.stringify(by)}`);
  const reasons = logs
    .filter(({ msg, times }) => msg === 'redis.away' && times === undefined)
    .map(({ reason }) => reason);
  assert.equal(new Set(reasons).size, reasons.length, `${part.name} said twice: ${reasons.join(', ')}`);
  if (away === 'said') assert.notEqual(reasons.length, 0, part.name);
}
