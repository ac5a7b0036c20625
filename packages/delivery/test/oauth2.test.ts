import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { none } from '@relay/core';
import { type Answering, eventually, freePort, type Reply } from '@relay/testkit';
import { givenDelivery, givenMessage, givenSubscriber } from './given.ts';
import { authBy, grants, startAuthorized, startTokenServer } from './token-server.ts';

/** What a subscriber's first attempt comes to when its token's server answers so. */
async function attempted(t: TestContext, answering: Answering | Reply, timeoutMs = 30_000) {
  const server = await startTokenServer(t, typeof answering === 'function' ? answering : () => answering);
  const { receiver, shown, subscriber } = await startAuthorized(t, authBy(server.url), undefined, { timeoutMs });
  const { durationMs, ...outcome } = await givenDelivery(t).attempt(subscriber, givenMessage(), none);
  assert.ok(durationMs >= 0);
  return { outcome, server, receiver, shown };
}

suite('asking for a token', () => {
  test('as RFC 6749 says, with the client in HTTP basic, each half encoded as in a form', async (t) => {
    const server = await startTokenServer(t);
    const auth = authBy(`${server.url}/token?tenant=7`, { clientId: 'relay: ä', clientSecret: 'a+b c%', scope: 'a b' });
    const { subscriber, shown } = await startAuthorized(t, auth);
    assert.equal((await givenDelivery(t).attempt(subscriber, givenMessage(), none)).kind, 'delivered');
    const [request] = server.received;
    assert.equal(request?.method, 'POST');
    assert.equal(request?.path, '/token?tenant=7');
    assert.equal(request?.headers['content-type'], 'application/x-www-form-urlencoded');
    assert.equal(request?.headers['user-agent'], 'callback-relay/0.1.0');
    assert.equal(String(request?.body), 'grant_type=client_credentials&scope=a+b');
    const [, credentials = ''] = request?.headers.authorization?.split(' ') ?? [];
    assert.equal(Buffer.from(credentials, 'base64').toString(), 'relay%3A+%C3%A4:a%2Bb+c%25');
    assert.deepEqual(shown(), ['Bearer token-1']);
  });

  test('with the client in the body, and an audience', async (t) => {
    const server = await startTokenServer(t);
    const auth = authBy(server.url, {
      credentialsIn: 'body',
      audience: 'https://billing.example',
      clientSecret: 'a&b',
    });
    const { subscriber, shown } = await startAuthorized(t, auth);
    await givenDelivery(t).attempt(subscriber, givenMessage(), none);
    const [request] = server.received;
    assert.equal(request?.headers.authorization, undefined);
    assert.deepEqual(Object.fromEntries(new URLSearchParams(String(request?.body))), {
      grant_type: 'client_credentials',
      audience: 'https://billing.example',
      client_id: 'relay',
      client_secret: 'a&b',
    });
    assert.deepEqual(shown(), ['Bearer token-1']);
  });
});

suite('the way to a token', () => {
  test('leads through the proxy of its subscriber', async (t) => {
    const proxy = await startTokenServer(t, ({ path }) =>
      path.startsWith('http://tokens.example/') ? grants({ access_token: 'token-1' }) : { status: 202 },
    );
    const { subscriber } = await startAuthorized(t, authBy('http://tokens.example/token'), undefined, {
      url: 'http://billing.example/hook',
      proxy: proxy.url,
    });
    const outcome = await givenDelivery(t).attempt(subscriber, givenMessage(), none);
    assert.equal('status' in outcome && outcome.status, 202);
    assert.deepEqual(
      proxy.received.map(({ path }) => path),
      ['http://tokens.example/token', 'http://billing.example/hook'],
    );
  });

  test('is closed where its subscriber may not call the address', async (t) => {
    const server = await startTokenServer(t);
    const network = { allowPrivate: false, deny: [], allow: [] };
    const { subscriber } = await startAuthorized(t, authBy(server.url), undefined, { network });
    const { durationMs, ...outcome } = await givenDelivery(t).attempt(subscriber, givenMessage(), none);
    assert.deepEqual(outcome, { kind: 'unreachable', code: 'ERR_TOKEN_UNREACHABLE' });
    assert.deepEqual(server.received, []);
  });
});

suite('sharing a token', () => {
  test('many attempts at once and after each other take one request', async (t) => {
    const server = await startTokenServer(t);
    const { subscriber, shown } = await startAuthorized(t, authBy(server.url));
    const delivery = givenDelivery(t);
    await Promise.all(Array.from({ length: 20 }, () => delivery.attempt(subscriber, givenMessage(), none)));
    await delivery.attempt(subscriber, givenMessage(), none);
    assert.equal(server.received.length, 1);
    assert.deepEqual(new Set(shown()), new Set(['Bearer token-1']));
    assert.equal(shown().length, 21);
  });

  test('subscribers share it with the same client, and after a reload, but not with another scope or another way', async (t) => {
    const server = await startTokenServer(t);
    const auth = authBy(server.url);
    const { receiver, shown } = await startAuthorized(t, auth);
    const delivery = givenDelivery(t);
    const attempt = async (changes: object) =>
      delivery.attempt(givenSubscriber(receiver.url, { auth: { ...auth }, ...changes }), givenMessage(), none);
    await attempt({});
    await attempt({ name: 'audit' });
    await attempt({ name: 'billing' });
    assert.equal(server.received.length, 1);
    await attempt({ auth: { ...auth, scope: 'more' } });
    await attempt({ auth: { ...auth, audience: 'them' } });
    await attempt({ auth: { ...auth, clientSecret: 'rotated' } });
    await attempt({ network: { allowPrivate: true, deny: ['192.0.2.1'], allow: [] } });
    assert.equal(server.received.length, 5);
    assert.deepEqual(new Set(shown().slice(3)).size, 4);
  });
});

suite('a 401', () => {
  const untilToken =
    (token: string): Answering =>
    ({ headers }) => ({ status: headers.authorization === `Bearer ${token}` ? 200 : 401 });

  test('renews the token, and the message goes out again within the same attempt', async (t) => {
    const server = await startTokenServer(t);
    const { subscriber, receiver, shown } = await startAuthorized(t, authBy(server.url), untilToken('token-2'));
    const delivery = givenDelivery(t);
    const { durationMs, ...outcome } = await delivery.attempt(subscriber, givenMessage(), none);
    assert.deepEqual(outcome, { kind: 'delivered', status: 200 });
    assert.deepEqual(shown(), ['Bearer token-1', 'Bearer token-2']);
    assert.deepEqual(
      receiver.received.map(({ headers }) => headers['relay-attempt']),
      ['1', '1'],
    );
    await delivery.attempt(subscriber, givenMessage(), none);
    assert.deepEqual(shown().slice(2), ['Bearer token-2']);
    assert.equal(server.received.length, 2);
  });

  test('stands when the renewed token is refused too: one renewal an attempt', async (t) => {
    const server = await startTokenServer(t);
    const { subscriber, shown } = await startAuthorized(t, authBy(server.url), () => ({ status: 401 }));
    const { durationMs, ...outcome } = await givenDelivery(t).attempt(subscriber, givenMessage(), none);
    assert.deepEqual(outcome, { kind: 'refused', status: 401 });
    assert.deepEqual(shown(), ['Bearer token-1', 'Bearer token-2']);
    assert.equal(server.received.length, 2);
  });

  test('stands when there is no other token, and when the server gives the same one again', async (t) => {
    const replies: readonly Reply[] = [
      grants({ access_token: 'token-1' }),
      { status: 500 },
      { raw: 'no HTTP' },
      'reset',
    ];
    for (const renewal of replies) {
      const server = await startTokenServer(t, (_request, number) =>
        number === 1 ? grants({ access_token: 'token-1' }) : renewal,
      );
      const { subscriber, shown } = await startAuthorized(t, authBy(server.url), () => ({ status: 401 }));
      const { durationMs, ...outcome } = await givenDelivery(t).attempt(subscriber, givenMessage(), none);
      assert.deepEqual(outcome, { kind: 'refused', status: 401 });
      assert.deepEqual(shown(), ['Bearer token-1']);
      assert.equal(server.received.length, 2);
    }
  });

  test('of many attempts at once renews the token once', async (t) => {
    const server = await startTokenServer(t);
    const { subscriber, shown } = await startAuthorized(t, authBy(server.url), untilToken('token-2'));
    const delivery = givenDelivery(t);
    const attempts = Array.from({ length: 20 }, () => delivery.attempt(subscriber, givenMessage(), none));
    assert.deepEqual(new Set((await Promise.all(attempts)).map(({ kind }) => kind)), new Set(['delivered']));
    assert.equal(server.received.length, 2);
    assert.equal(shown().filter((token) => token === 'Bearer token-2').length, 20);
  });

  test('without OAuth2 is a refusal like others', async (t) => {
    const { subscriber, receiver } = await startAuthorized(t, authBy('http://127.0.0.1:1'), () => ({ status: 401 }), {
      auth: { kind: 'bearer', token: 'fixed' },
    });
    assert.equal((await givenDelivery(t).attempt(subscriber, givenMessage(), none)).kind, 'refused');
    assert.equal(receiver.received.length, 1);
  });
});

suite('a token that is not to be had', () => {
  const shapes: readonly [name: string, reply: Reply, code: string][] = [
    ['500', { status: 500, body: 'a secret word' }, 'ERR_TOKEN_REFUSED'],
    ['401', { status: 401, body: '{"error":"invalid_client"}' }, 'ERR_TOKEN_REFUSED'],
    ['a redirect', { status: 302, headers: { location: '/elsewhere' } }, 'ERR_TOKEN_REFUSED'],
    [
      '101',
      { raw: 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n' },
      'ERR_TOKEN_REFUSED',
    ],
    ['HTML', { status: 200, body: '<html>Sign in</html>' }, 'ERR_TOKEN_UNREADABLE'],
    ['nothing', { status: 200 }, 'ERR_TOKEN_UNREADABLE'],
    ['null', { status: 200, body: 'null' }, 'ERR_TOKEN_UNREADABLE'],
    ['JSON without a token', { status: 200, body: '{"token":"x"}' }, 'ERR_TOKEN_UNREADABLE'],
    ['a token of another type', grants({ access_token: 'x', token_type: 'mac' }), 'ERR_TOKEN_UNREADABLE'],
    ['a token that is no text', grants({ access_token: 7 }), 'ERR_TOKEN_UNREADABLE'],
    ['a token that would end its header', grants({ access_token: 'a\r\nx-injected: 1' }), 'ERR_TOKEN_UNREADABLE'],
    ['a token too long', grants({ access_token: 'x'.repeat(16_385) }), 'ERR_TOKEN_UNREADABLE'],
    ['an answer without an end', { trickle: '{'.repeat(8_192), everyMs: 1 }, 'ERR_TOKEN_UNREADABLE'],
  ];
  for (const [name, reply, code] of shapes) {
    test(`${name} has failed, and nothing goes to the subscriber`, async (t) => {
      const { outcome, receiver } = await attempted(t, reply);
      assert.deepEqual(outcome, { kind: 'failed', code });
      assert.deepEqual(receiver.received, []);
    });
  }

  test('a broken connection is unreachable', async (t) => {
    assert.deepEqual((await attempted(t, 'reset')).outcome, { kind: 'unreachable', code: 'ERR_TOKEN_UNREACHABLE' });
  });

  test('a port where nobody listens is unreachable', async (t) => {
    const { subscriber, receiver } = await startAuthorized(t, authBy(`http://127.0.0.1:${await freePort()}`));
    const { durationMs, ...outcome } = await givenDelivery(t).attempt(subscriber, givenMessage(), none);
    assert.deepEqual(outcome, { kind: 'unreachable', code: 'ERR_TOKEN_UNREACHABLE' });
    assert.deepEqual(receiver.received, []);
  });

  test('a server that hangs is a timeout of the attempt, in its own time', async (t) => {
    const { outcome, server, receiver } = await attempted(t, 'hang', 50);
    assert.deepEqual(outcome, { kind: 'timeout', code: 'ERR_TOKEN_TIMEOUT' });
    assert.deepEqual(receiver.received, []);
    assert.equal(server.received.length, 1);
  });

  test('nothing is left behind', async (t) => {
    const server = await startTokenServer(t, () => ({ trickle: '{'.repeat(65_536), everyMs: 1 }));
    const { subscriber } = await startAuthorized(t, authBy(server.url));
    const delivery = givenDelivery(t);
    for (let count = 0; count < 10; count += 1) await delivery.attempt(subscriber, givenMessage(), none);
    await eventually('no socket is left', () => !process.getActiveResourcesInfo().includes('TCPSocketWrap'));
  });
});
