import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Attempts, type KeptMessage, none, type Subscriber } from '@relay/core';
import { startReceiver } from '@relay/testkit';
import fc from 'fast-check';
import { headerValue } from '../src/headers.ts';
import { givenDelivery, givenMessage, givenSubscriber } from './given.ts';

async function headersOf(
  t: TestContext,
  {
    message = {},
    subscriber = {},
    attempts = none,
  }: { message?: Partial<KeptMessage>; subscriber?: Partial<Subscriber>; attempts?: Attempts },
) {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const delivery = givenDelivery(t, { clock: () => 1_700_000_009_999 });
  const outcome = await delivery.attempt(givenSubscriber(receiver.url, subscriber), givenMessage(message), attempts);
  assert.equal(outcome.kind, 'delivered');
  const [request] = receiver.received;
  assert.ok(request);
  return request.headers;
}

test('an attempt says where its message comes from', async (t) => {
  const { host, connection, ...headers } = await headersOf(t, { attempts: { ...none, count: 2 } });
  assert.deepEqual(headers, {
    'content-type': 'application/json',
    'content-length': '24',
    'user-agent': 'callback-relay/0.1.0',
    'accept-encoding': 'identity',
    'webhook-id': 'carrier-1700000000000-0-abcd',
    'webhook-timestamp': '1700000009',
    'relay-endpoint': 'carrier',
    'relay-source': 'thingspace',
    'relay-account': '0000123456-00001',
    'relay-service': 'CarrierService',
    'relay-type': 'activateResponse',
    'relay-received-at': '2023-11-14T22:13:20.000Z',
    'relay-attempt': '3',
    'relay-correlation-id': '24da9f9a-8110-4a54-86b4-93fb76aab83c',
  });
});

test('what a message does not have is no header', async (t) => {
  const nothing = {
    account: undefined,
    service: undefined,
    type: undefined,
    correlationId: undefined,
    contentType: undefined,
  };
  const headers = await headersOf(t, { message: { ...nothing, endpoint: 'forgotten' } });
  for (const name of ['relay-source', 'relay-account', 'relay-service', 'relay-type', 'relay-correlation-id']) {
    assert.equal(name in headers, false, name);
  }
  assert.equal(headers['content-type'], 'application/octet-stream');
});

test("a subscriber's own headers are added, and replace none of the relay's", async (t) => {
  const own = {
    'X-Team': 'billing',
    authorization: 'Bearer token',
    'User-Agent': 'me',
    'Webhook-Id': 'mine',
    'Relay-Account': 'mine',
    'content-type': 'mine',
    'Content-Length': '1',
    'Accept-Encoding': 'gzip',
  };
  const headers = await headersOf(t, { subscriber: { headers: own }, message: { account: undefined } });
  assert.equal(headers['x-team'], 'billing');
  assert.equal(headers.authorization, 'Bearer token');
  assert.equal(headers['user-agent'], 'callback-relay/0.1.0');
  assert.equal(headers['webhook-id'], 'carrier-1700000000000-0-abcd');
  assert.equal('relay-account' in headers, false);
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['content-length'], '24');
  assert.equal(headers['accept-encoding'], 'identity');
});

test('a replay says which one it is, and counts its own attempts', async (t) => {
  const headers = await headersOf(t, { attempts: { ...none, count: 1, replay: 3 } });
  assert.equal(headers['relay-replay'], '3');
  assert.equal(headers['relay-attempt'], '2');
});

test('what is no replay says nothing of one', async (t) => {
  assert.equal('relay-replay' in (await headersOf(t, { subscriber: { headers: { 'relay-replay': '9' } } })), false);
});

test("a CloudEvent's attributes are none of the subscriber's own headers; with another payload they may be", async (t) => {
  const headers = { 'Ce-Subject': 'mine' };
  const binary = await headersOf(t, { subscriber: { headers, payload: 'cloudevents-binary' } });
  assert.equal('ce-subject' in binary, false);
  assert.equal((await headersOf(t, { subscriber: { headers } }))['ce-subject'], 'mine');
});

test('a vendor cannot write headers of its own', async (t) => {
  const headers = await headersOf(t, { message: { correlationId: 'a\r\nx-injected: 1', account: 'Zähler 漢%' } });
  assert.equal('x-injected' in headers, false);
  assert.equal(headers['relay-correlation-id'], 'a%0D%0Ax-injected:%201');
  assert.equal(headers['relay-account'], 'Z%C3%A4hler%20%E6%BC%A2%25');
});

test('a value too long for a header is left out', async (t) => {
  const headers = await headersOf(t, { message: { correlationId: 'x'.repeat(1025), account: 'y'.repeat(1024) } });
  assert.equal('relay-correlation-id' in headers, false);
  assert.equal(headers['relay-account']?.length, 1024);
});

test('a content type that is no header value becomes octet-stream', async (t) => {
  const headers = await headersOf(t, { message: { contentType: 'text/plain\r\nx: y' } });
  assert.equal(headers['content-type'], 'application/octet-stream');
});

test('a content type too long for a header becomes octet-stream', async (t) => {
  const contentTypeOf = async (length: number) => {
    const headers = await headersOf(t, { message: { contentType: 'text/plain; x='.padEnd(length, 'y') } });
    return headers['content-type'];
  };
  assert.equal((await contentTypeOf(1024))?.length, 1024);
  assert.equal(await contentTypeOf(1025), 'application/octet-stream');
});

test('a content type outside ASCII goes out as it came in', async (t) => {
  const headers = await headersOf(t, { message: { contentType: 'text/plain; name="Z\u00e4hler"' } });
  assert.equal(headers['content-type'], 'text/plain; name="Z\u00e4hler"');
});

test('credentials in the URL become basic authorization', async (t) => {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const url = `http://relay:pass%20word@127.0.0.1:${receiver.port}/hook`;
  await givenDelivery(t).attempt(givenSubscriber(url), givenMessage(), none);
  const [request] = receiver.received;
  assert.equal(request?.headers.authorization, `Basic ${Buffer.from('relay:pass word').toString('base64')}`);
  assert.equal(request?.path, '/hook');
});

test('any text becomes visible ASCII and can be decoded', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const value = headerValue(text);
      return /^[\x21-\x7e]*$/.test(value) && decodeURIComponent(value) === text.toWellFormed();
    }),
  );
  assert.equal(headerValue('\ud800'), '%EF%BF%BD');
});
