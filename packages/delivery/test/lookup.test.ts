import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Address, createLookup } from '../src/lookup.ts';

/** Threads of the process, of which look-ups have half, and hosts whose look-ups are slow a quarter of that half. */
const threads = 16;
const lookupsAtOnce = 8;
const slowLookupsAtOnce = 2;

const first: readonly Address[] = [{ address: '192.168.0.1', family: 4 }];
const second: readonly Address[] = [{ address: '192.168.0.2', family: 4 }];

/** A resolver whose look-ups are ended by the test, and a clock that the test sets. */
function givenLookup() {
  let now = 0;
  const asked: { host: string; answer(addresses: readonly Address[]): void; fail(): void }[] = [];
  const lookup = createLookup({
    clock: () => now,
    threads,
    resolve: (host) =>
      new Promise((resolve, reject) => {
        asked.push({ host, answer: resolve, fail: () => reject(Object.assign(new Error(), { code: 'EAI_AGAIN' })) });
      }),
  });
  return {
    lookup,
    asked,
    hosts: () => asked.map(({ host }) => host),
    pass: (ms: number) => {
      now += ms;
    },
    /** Waits until all that can go on without an answer has done so. */
    settle: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

test('a host is looked up once for all who wait for it', async () => {
  const { lookup, asked } = givenLookup();
  const waiting = [lookup('billing'), lookup('billing'), lookup('billing')];
  assert.equal(asked.length, 1);
  asked[0]?.answer(first);
  assert.deepEqual(await Promise.all(waiting), [first, first, first]);
});

test('an answer is used for five seconds, and then asked for again', async () => {
  const { lookup, asked, pass } = givenLookup();
  const answer = lookup('billing');
  asked[0]?.answer(first);
  await answer;
  pass(4_999);
  assert.deepEqual(await lookup('billing'), first);
  assert.equal(asked.length, 1);
  pass(1);
  const another = lookup('billing');
  asked[1]?.answer(second);
  assert.deepEqual(await another, second);
});

test('a look-up that fails is answered with what was known before', async () => {
  const { lookup, asked, pass } = givenLookup();
  const answer = lookup('billing');
  asked[0]?.answer(first);
  await answer;
  pass(60_000);
  const another = lookup('billing');
  asked[1]?.fail();
  assert.deepEqual(await another, first);
});

test('a look-up that hangs is answered with what was known before, and at once from then on', async () => {
  const { lookup, asked, pass } = givenLookup();
  const answer = lookup('billing');
  asked[0]?.answer(first);
  await answer;
  pass(60_000);
  assert.deepEqual(await lookup('billing'), first);
  pass(500);
  assert.deepEqual(await lookup('billing'), first);
  assert.equal(asked.length, 2);
});

test('an old answer is not used for more than ten minutes', async () => {
  const { lookup, asked, pass } = givenLookup();
  const answer = lookup('billing');
  asked[0]?.answer(first);
  await answer;
  pass(600_000);
  const another = lookup('billing');
  asked[1]?.fail();
  await assert.rejects(another, { code: 'EAI_AGAIN' });
});

test('a failure is not kept', async () => {
  const { lookup, asked } = givenLookup();
  const answer = lookup('billing');
  asked[0]?.fail();
  await assert.rejects(answer, { code: 'EAI_AGAIN' });
  const another = lookup('billing');
  asked[1]?.answer(first);
  assert.deepEqual(await another, first);
});

test('hosts whose look-ups hang leave room for those of others', async () => {
  const { lookup, asked, hosts, pass, settle } = givenLookup();
  const names = Array.from({ length: lookupsAtOnce }, (_, number) => `hanging-${number}`);
  const failing = Promise.allSettled(names.map(lookup));
  pass(10_000);
  for (const { fail } of [...asked]) fail();
  await failing;

  void Promise.allSettled(names.map(lookup));
  await settle();
  assert.equal(asked.length, lookupsAtOnce + slowLookupsAtOnce);
  const other = lookup('billing');
  await settle();
  assert.equal(hosts().at(-1), 'billing');
  asked.at(-1)?.answer(first);
  assert.deepEqual(await other, first);
});

test('a host whose look-ups have become quick again has the same places as others', async () => {
  const { lookup, asked, pass, settle } = givenLookup();
  const names = Array.from({ length: slowLookupsAtOnce + 1 }, (_, number) => `slow-${number}`);
  const ended = Promise.allSettled(names.map(lookup));
  pass(10_000);
  for (const { fail } of [...asked]) fail();
  await ended;

  const again = Promise.allSettled(names.map(lookup));
  for (const { fail } of asked.slice(names.length)) fail();
  await settle();
  asked.at(-1)?.fail();
  await again;

  const before = asked.length;
  void Promise.allSettled(names.map(lookup));
  await settle();
  assert.equal(asked.length - before, names.length);
});

test('more look-ups than there are places wait, and none is forgotten', async () => {
  const { lookup, asked, settle } = givenLookup();
  const names = Array.from({ length: 3 * lookupsAtOnce }, (_, number) => `host-${number}`);
  const answers = Promise.all(names.map(lookup));
  for (let answered = 0; answered < names.length; answered += 1) {
    assert.ok(asked.length - answered <= lookupsAtOnce);
    asked[answered]?.answer(first);
    await settle();
  }
  assert.equal((await answers).length, names.length);
});

test('the system knows this machine', async () => {
  const addresses = await createLookup({})('localhost');
  assert.ok(addresses.some(({ address }) => address === '127.0.0.1' || address === '::1'));
});
