import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untilArrived } from '../src/account.ts';
import type { Part } from '../src/part.ts';
import { type AtWork, givenAtWork } from './given.ts';

const between = 50;
/** So that many posts, and many attempts, are under way at any moment. */
const halfRoundTripMs = 100;
const answerAfterMs = 100;

test('each ingest in turn is restarted under load: not one post is refused or cut off, nothing is lost or repeated', async (t) => {
  const atWork = await givenAtWork(t, { ingests: 2, perSecond: 100 });
  for (const { way } of atWork.relay.ingests) await way.latency(halfRoundTripMs);
  await restartEach(atWork, atWork.relay.ingests);
  await assertNobodyNoticed(atWork);
});

test('each worker in turn is restarted under load: nothing is lost or repeated', async (t) => {
  const atWork = await givenAtWork(t, { workers: 2, perSecond: 100, answerAfterMs });
  await restartEach(atWork, atWork.relay.workers);
  await assertNobodyNoticed(atWork);
});

test('a worker is restarted while connections to Redis are reset every second: nothing is lost or repeated', async (t) => {
  const atWork = await givenAtWork(t, { workers: 2, perSecond: 50, answerAfterMs: 1_000 });
  const { relay, load } = atWork;
  for (const { way } of relay.parts) await way.resetEvery(1_000);
  await load.more(between);
  await restartEach(atWork, relay.workers.slice(0, 1));
  for (const { way } of relay.parts) await way.heal();
  await assertNobodyNoticed(atWork);
});

async function restartEach({ load }: AtWork, parts: readonly Part[]): Promise<void> {
  for (const part of parts) {
    const stopping = part.stop();
    await load.more(between);
    assert.equal(await stopping, 0, `${part.name} ends in peace`);
    await part.start();
    await part.untilReady();
    await load.more(between);
  }
}

async function assertNobodyNoticed({ relay, load, receivers }: AtWork): Promise<void> {
  await load.stop();
  assert.deepEqual(
    load.posts.filter(({ status }) => status !== 200),
    [],
  );
  const account = await untilArrived({ posts: load.posts, receivers, ingests: relay.ingests });
  const nothing = { lost: [], repeated: 0, doubled: 0, strange: 0, spooled: 0 };
  assert.deepEqual(account, { acknowledged: load.posts.length, ...nothing });
}
