import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@relay/core';
import type { Journal, Keeping } from '../src/index.ts';
import { givenMessage, givenRedis, keepAll, keepOne, newToken, planOf, textsOf } from './given.ts';

const given = givenRedis();
const hourAgo = Date.now() - 60 * 60 * 1000;

async function applied(dedupMs = 60 * 60 * 1000): Promise<Journal> {
  const journal = given.journal();
  await journal.apply([planOf('carrier', ['billing'], { dedupMs })]);
  return journal;
}

/** Keeps what the vendor sends under this attempt number; all of the same text look alike. */
function send(
  journal: Journal,
  vendorAttempt: number | undefined,
  token = newToken(),
  text = 'alike',
): Promise<Keeping> {
  return keepOne(journal, 'carrier', givenMessage(text, { vendorAttempt }), token);
}

/** Keeps a look-alike that was received so long, in ms, after a moment that lies an hour back. */
function receive(journal: Journal, afterMs: number, changes: Partial<Message>): Promise<Keeping> {
  return keepOne(journal, 'carrier', givenMessage('alike', { receivedAt: hourAgo + afterMs, ...changes }), newToken());
}

/** Each keeping as the number of the message it came to, `new` behind the first of each. */
function numbered(keepings: readonly Keeping[]): string[] {
  const ids = [...new Set(keepings.map(({ id }) => id))];
  return keepings.map(({ id, fresh }) => `${ids.indexOf(id) + 1}${fresh ? ' new' : ''}`);
}

async function sendAll(journal: Journal, attempts: readonly (number | undefined)[]): Promise<string[]> {
  const keepings = [];
  for (const attempt of attempts) keepings.push(await send(journal, attempt));
  return numbered(keepings);
}

async function countKept(journal: Journal): Promise<number | undefined> {
  return (await journal.ledger('carrier'))[0]?.waiting;
}

test('the same request token is the same message, whatever its attempt number', async () => {
  const journal = await applied();
  const keepings = [await send(journal, 1, 'one'), await send(journal, 1, 'one'), await send(journal, 2, 'one')];
  assert.deepEqual(numbered(keepings), ['1 new', '1', '1']);
  assert.equal(await countKept(journal), 1);
});

test('the same request token within one batch is one message', async () => {
  const journal = await applied();
  await send(journal, 1, 'first', 'something else');
  const keepings = await Promise.all(['one', 'one', 'one'].map((token) => send(journal, 1, token)));
  assert.deepEqual(numbered(keepings), ['1 new', '1', '1']);
});

test("a vendor's next attempt is the message it repeats", async () => {
  assert.deepEqual(await sendAll(await applied(), [1, 2, 3]), ['1 new', '1', '1']);
});

test('an attempt that came before the first is the same message', async () => {
  assert.deepEqual(await sendAll(await applied(), [2, 1]), ['1 new', '1']);
});

test('two callbacks that look alike are two messages, and each has its own resend', async () => {
  assert.deepEqual(await sendAll(await applied(), [1, 1, 2, 2]), ['1 new', '2 new', '1', '2']);
});

test('a resend too many is a new message', async () => {
  assert.deepEqual(await sendAll(await applied(), [1, 1, 2, 2, 2]), ['1 new', '2 new', '1', '2', '3 new']);
});

test('more look-alikes than are remembered are all kept', async () => {
  const attempts = Array(40).fill(1);
  assert.deepEqual(
    await sendAll(await applied(), attempts),
    attempts.map((_, i) => `${i + 1} new`),
  );
});

test('a source that does not number its attempts: the same again is a resend', async () => {
  assert.deepEqual(await sendAll(await applied(), [undefined, undefined, undefined]), ['1 new', '1', '1']);
});

test('the same digest at another endpoint is another message', async () => {
  const journal = given.journal();
  await journal.apply([planOf('carrier'), planOf('alerts')]);
  const keepings = [await send(journal, 1), await keepOne(journal, 'alerts', givenMessage('alike'), newToken())];
  assert.deepEqual(numbered(keepings), ['1 new', '2 new']);
});

for (const [name, resend] of [
  ['numbered', { vendorAttempt: 2 }],
  ['unnumbered', { vendorAttempt: undefined }],
] as const) {
  const first = { vendorAttempt: resend.vendorAttempt && 1 };

  test(`a${name === 'numbered' ? '' : 'n'} ${name} repetition is known up to the window, by when both were received`, async () => {
    const journal = await applied(60_000);
    const kept = await receive(journal, 0, first);
    assert.deepEqual(await receive(journal, 60_000, resend), { id: kept.id, fresh: false });
    assert.equal((await receive(journal, 60_001, resend)).fresh, true);
  });

  // They used to be merged, since the time of keeping was compared: an outage cost all look-alikes but one.
  test(`${name} look-alikes of an outage are as many messages when they are kept at once`, async () => {
    const journal = await applied(60_000);
    const keepings = [];
    for (const i of [0, 1, 2]) {
      const vendorAttempt = resend.vendorAttempt && i + 1;
      keepings.push(await receive(journal, i * 61_000, { vendorAttempt }));
    }
    assert.deepEqual(numbered(keepings), ['1 new', '2 new', '3 new']);
  });

  test(`a${name === 'numbered' ? '' : 'n'} ${name} callback that is kept after its resend is the same message`, async () => {
    const journal = await applied(60_000);
    const kept = await receive(journal, 1_300, resend);
    assert.deepEqual(await receive(journal, 0, first), { id: kept.id, fresh: false });
  });
}

for (const [what, first, second] of [
  ['lower number received after a higher one', { vendorAttempt: 2, late: 0 }, { vendorAttempt: 1, late: 1 }],
  ['higher number received before a lower one', { vendorAttempt: 1, late: 1 }, { vendorAttempt: 2, late: 0 }],
] as const) {
  // It used to be a resend within the whole window: a look-alike of what was kept at its second attempt was lost.
  test(`a ${what} is a resend for a minute, and then another message`, async () => {
    for (const [ms, fresh] of [
      [60_000, false],
      [60_001, true],
    ] as const) {
      await given.redis.flushall();
      const journal = await applied();
      await receive(journal, first.late * ms, { vendorAttempt: first.vendorAttempt });
      const keeping = await receive(journal, second.late * ms, { vendorAttempt: second.vendorAttempt });
      assert.equal(keeping.fresh, fresh, `${ms} ms`);
    }
  });
}

test('a look-alike of what was kept late has its own resends', async () => {
  const journal = await applied();
  const keepings = [];
  for (const [at, vendorAttempt] of [
    [0, 3],
    [66_000, 1],
    [67_300, 2],
    [68_600, 3],
  ] as const) {
    keepings.push(await receive(journal, at, { vendorAttempt }));
  }
  assert.deepEqual(numbered(keepings), ['1 new', '2 new', '2', '2']);
});

test('one without a number beside a numbered one goes by the window alone', async () => {
  const journal = await applied();
  const { id } = await receive(journal, 0, { vendorAttempt: 2 });
  assert.deepEqual(await receive(journal, 300_000, { vendorAttempt: undefined }), { id, fresh: false });
  assert.deepEqual(await receive(journal, 301_300, { vendorAttempt: 3 }), { id, fresh: false });
});

test('a message that asks for a shorter window than its endpoint has is repeated only within that', async () => {
  const journal = await applied();
  const asks = { vendorAttempt: undefined, resendWithinMs: 1_000 };
  const first = await receive(journal, 0, asks);
  assert.deepEqual(await receive(journal, 1_000, asks), { id: first.id, fresh: false });
  assert.equal((await receive(journal, 1_001, asks)).fresh, true);
});

test('a message cannot ask for a longer window than its endpoint has', async () => {
  const journal = await applied(20);
  const asks = { vendorAttempt: undefined, resendWithinMs: 60_000 };
  await receive(journal, 0, asks);
  assert.equal((await receive(journal, 21, asks)).fresh, true);
});

test('a message does not last longer by being repeated, in whatever order its repetitions are kept', async () => {
  const journal = await applied(10_000);
  const keepings = [];
  for (const at of [8_000, 0, 16_000, 24_000]) keepings.push(await receive(journal, at, { vendorAttempt: undefined }));
  assert.deepEqual(numbered(keepings), ['1 new', '1', '2 new', '2']);
});

test('hundreds of repetitions of one message are one, and the next after the window is another', async () => {
  const journal = await applied(10_000);
  const storm = Array.from({ length: 300 }, (_, i) => i * 33);
  const keepings = [];
  for (const at of [...storm, 10_001]) keepings.push(await receive(journal, at, { vendorAttempt: undefined }));
  assert.deepEqual(numbered(keepings), ['1 new', ...storm.slice(1).map(() => '1'), '2 new']);
  const [key = ''] = await given.redis.keys('relay:{carrier}:seen:*');
  assert.deepEqual(
    (await given.redis.hvalsBuffer(key)).map(({ length }) => length),
    [3 * 20],
  );
});

// A message of which only the later attempts were remembered used to swallow the next look-alike.
test('of look-alikes that are too many, those that are forgotten swallow no other', async () => {
  const attempts = [1, 2, ...Array(15).fill(1), 1];
  const [first, resend, ...others] = await sendAll(await applied(), attempts);
  assert.deepEqual([first, resend], ['1 new', '1']);
  assert.deepEqual(
    others,
    others.map((_, i) => `${i + 2} new`),
  );
});

test('sightings that an older relay has left are no trouble', async () => {
  const journal = await applied();
  await send(journal, 1);
  const { digest } = givenMessage('alike');
  for (const key of await given.redis.keys('relay:{carrier}:seen:*')) {
    await given.redis.del(key);
    await given.redis.hset(key, digest.subarray(0, 12), Buffer.alloc(10 * 14, 1));
  }
  assert.deepEqual(await sendAll(journal, [1, 2]), ['1 new', '1']);
});

test('a resend is known after thousands of others, also those that needed more buckets', async () => {
  const journal = await applied();
  const first = await send(journal, 1);
  const others = [...Array(7_000).keys()].map((i) => givenMessage(`other ${i}`));
  await Promise.all(others.map((message) => keepOne(journal, 'carrier', message, newToken())));
  const generations = (await given.redis.hget('relay:{carrier}:totals', 'seen'))?.split(' ').length ?? 0;
  assert.ok(generations > 1, 'the messages were too few to show anything');
  assert.deepEqual(await send(journal, 2), { id: first.id, fresh: false });
  assert.equal(
    (await keepOne(journal, 'carrier', givenMessage('other 6999', { vendorAttempt: 2 }), newToken())).fresh,
    false,
  );
});

test('a resend of a message that another process kept is known', async () => {
  const [one, other] = [await applied(), await applied()];
  const first = await send(one, 1);
  assert.deepEqual(await send(other, 2), { id: first.id, fresh: false });
});

test('a resend is known after the message was read, settled and trimmed', async () => {
  const journal = await applied();
  const first = await send(journal, 1);
  await given.redis.xtrim('relay:{carrier}:log', 'MAXLEN', 0);
  assert.deepEqual(await send(journal, 2), { id: first.id, fresh: false });
});

test('messages kept before a clock was stepped back do not make later ones disappear', async () => {
  const journal = await applied();
  await given.redis.call('XSETID', 'relay:{carrier}:log', `${Date.now() + 3_600_000}-0`);
  await keepAll(journal, 'carrier', ['a', 'b']);
  assert.deepEqual(textsOf(await journal.read('billing', ['carrier'], 10)), ['a', 'b']);
  assert.deepEqual(await sendAll(journal, [1, 2]), ['1 new', '1']);
});
