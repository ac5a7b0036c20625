import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { type Answering, eventually, type Reply } from '@relay/testkit';
import { got } from 'got';
import { createTokens } from '../src/oauth2.ts';
import { authBy, grants, startTokenServer } from './token-server.ts';

const patienceMs = 30_000;
const hourS = 3600;
const hourMs = hourS * 1000;

/** A client's tokens by a clock of the test's own, which begins at 0. */
async function givenTokens(t: TestContext, answering?: Answering) {
  const server = await startTokenServer(t, answering);
  const time = { ms: 0 };
  let asked = 0;
  const tokens = createTokens({ now: () => time.ms })({
    auth: authBy(server.url),
    ask(url, request) {
      asked += 1;
      return got.stream(url, { method: 'POST', retry: { limit: 0 }, throwHttpErrors: false, ...request });
    },
    way: '',
  });
  const taken = async () => {
    const held = await tokens.take(patienceMs);
    return 'token' in held ? held.token : held.code;
  };
  return { time, tokens, taken, asked: () => asked };
}

const numbered =
  (expiresIn: unknown): Answering =>
  (_request, number) =>
    grants({ access_token: `token-${number}`, expires_in: expiresIn });

suite('the life of a token', () => {
  const lives: readonly [name: string, expiresIn: unknown, lifeMs: number][] = [
    ['seconds', hourS, hourMs],
    ['seconds in a text', '3600', hourMs],
    ['a fraction', 0.5, 500],
    ['nothing', undefined, 60_000],
    ['null', null, 60_000],
    ['zero', 0, 60_000],
    ['a negative number', -5, 60_000],
    ['a word', 'soon', 60_000],
    ['an empty text', '', 60_000],
    ['a list', [7], 60_000],
    ['more than a day', 1e9, 24 * hourMs],
    ['more than any number', '1e999', 24 * hourMs],
  ];
  for (const [name, expiresIn, lifeMs] of lives) {
    test(`of which is said ${name} ends after ${lifeMs} ms`, async (t) => {
      const { time, taken } = await givenTokens(t, (_request, number) =>
        number === 2 ? { status: 500 } : grants({ access_token: `token-${number}`, expires_in: expiresIn }),
      );
      assert.equal(await taken(), 'token-1');
      time.ms = lifeMs - 1;
      assert.equal(await taken(), 'token-1');
      await eventually('the renewal before has failed', async () => {
        time.ms = lifeMs;
        return (await taken()) === 'token-3';
      });
    });
  }
});

suite('renewal', () => {
  test('begins a minute before a token expires, beside those who take the old one', async (t) => {
    const second = Promise.withResolvers<Reply>();
    const { time, taken, asked } = await givenTokens(t, (_request, number) =>
      number === 1 ? grants({ access_token: 'token-1', expires_in: hourS }) : second.promise,
    );
    await taken();
    time.ms = hourMs - 60_001;
    assert.equal(await taken(), 'token-1');
    assert.equal(asked(), 1);
    time.ms = hourMs - 60_000;
    assert.deepEqual(await Promise.all([taken(), taken(), taken()]), ['token-1', 'token-1', 'token-1']);
    assert.equal(asked(), 2);
    second.resolve(grants({ access_token: 'token-2', expires_in: hourS }));
    await eventually('it is there', async () => (await taken()) === 'token-2');
    assert.equal(asked(), 2);
  });

  test('begins after four fifths of a short life', async (t) => {
    const { time, taken, asked } = await givenTokens(t, numbered(10));
    await taken();
    time.ms = 7_999;
    await taken();
    assert.equal(asked(), 1);
    time.ms = 8_000;
    assert.equal(await taken(), 'token-1');
    await eventually('the other is there', async () => (await taken()) === 'token-2');
    assert.equal(asked(), 2);
  });

  test('that fails is tried again five seconds later, and the token is good until it expires', async (t) => {
    const second = Promise.withResolvers<Reply>();
    const { time, tokens, taken, asked } = await givenTokens(t, (_request, number) =>
      number === 2 ? second.promise : grants({ access_token: `token-${number}`, expires_in: hourS }),
    );
    const first = await tokens.take(patienceMs);
    assert.ok('token' in first);
    time.ms = hourMs - 30_000;
    assert.equal(await taken(), 'token-1');
    const renewal = tokens.replace(first, patienceMs);
    second.resolve({ status: 500 });
    assert.deepEqual(await renewal, { kind: 'failed', code: 'ERR_TOKEN_REFUSED' });
    time.ms += 4_999;
    assert.equal(await taken(), 'token-1');
    assert.equal(asked(), 2);
    time.ms += 1;
    assert.equal(await taken(), 'token-1');
    await eventually('the next is there', async () => (await taken()) === 'token-3');
    assert.equal(asked(), 3);
  });

  test('after an expiry is waited for, by all with one request', async (t) => {
    const { time, taken, asked } = await givenTokens(t, numbered(10));
    await taken();
    time.ms = 10_000;
    assert.deepEqual(await Promise.all([taken(), taken(), taken()]), ['token-2', 'token-2', 'token-2']);
    assert.equal(asked(), 2);
  });

  test('after a refusal takes what another has renewed meanwhile', async (t) => {
    const { tokens, asked } = await givenTokens(t, numbered(hourS));
    const first = await tokens.take(patienceMs);
    assert.ok('token' in first);
    const [one, other] = await Promise.all([tokens.replace(first, patienceMs), tokens.replace(first, patienceMs)]);
    assert.deepEqual(one, other);
    const later = await tokens.replace(first, patienceMs);
    assert.equal('token' in later && later.token, 'token-2');
    assert.equal(asked(), 2);
  });

  test('of a token that one subscriber is refused leaves the others the old one meanwhile', async (t) => {
    const second = Promise.withResolvers<Reply>();
    const { tokens, taken } = await givenTokens(t, (_request, number) =>
      number === 1 ? grants({ access_token: 'token-1', expires_in: hourS }) : second.promise,
    );
    const first = await tokens.take(patienceMs);
    assert.ok('token' in first);
    const replacing = tokens.replace(first, patienceMs);
    assert.equal(await taken(), 'token-1');
    second.resolve(grants({ access_token: 'token-2', expires_in: hourS }));
    await replacing;
    assert.equal(await taken(), 'token-2');
  });

  test('whose first request hangs serves the next who asks', async (t) => {
    const first = Promise.withResolvers<Reply>();
    const { tokens, taken, asked } = await givenTokens(t, () => first.promise);
    assert.deepEqual(await tokens.take(1), { kind: 'timeout', code: 'ERR_TOKEN_TIMEOUT' });
    const next = taken();
    first.resolve(grants({ access_token: 'token-1' }));
    assert.equal(await next, 'token-1');
    assert.equal(asked(), 1);
  });
});
