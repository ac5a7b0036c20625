import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { none } from '@relay/core';
import { startReceiver } from '@relay/testkit';
import { Webhook } from 'standardwebhooks';
import type { DeliveryOptions } from '../src/index.ts';
import { givenDelivery, givenMessage, givenSubscriber, signedWith } from './given.ts';

const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');

async function attempted(t: TestContext, payloadOf: DeliveryOptions['payloadOf']) {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const subscriber = givenSubscriber(receiver.url, { signing: signedWith(secret) });
  const outcome = await givenDelivery(t, { payloadOf }).attempt(subscriber, givenMessage(), none);
  return { outcome, receiver };
}

test('what goes out, its length, its type and its signature are those of the payload; the rest is of the message', async (t) => {
  const { receiver } = await attempted(t, ({ name }, { id }) => ({
    body: Buffer.from(JSON.stringify({ to: name, id })),
    contentType: 'application/made; charset=utf-8',
  }));
  const [request] = receiver.received;
  assert.ok(request);
  assert.equal(request.body.toString(), '{"to":"billing","id":"carrier-1700000000000-0-abcd"}');
  assert.equal(request.headers['content-length'], String(request.body.length));
  assert.equal(request.headers['content-type'], 'application/made; charset=utf-8');
  assert.equal(request.headers['relay-correlation-id'], givenMessage().correlationId);
  new Webhook(secret.toString('base64')).verify(request.body.toString(), request.headers as Record<string, string>);
});

test("a payload's own headers go out with it; those of the vendor's request, which a message keeps, do not", async (t) => {
  const { receiver } = await attempted(t, () => ({
    body: Buffer.from('{}'),
    contentType: 'application/json',
    payloadHeaders: { 'ce-id': '7', 'webhook-id': 'mine', 'content-type': 'mine' },
  }));
  const [request] = receiver.received;
  assert.equal(request?.headers['ce-id'], '7');
  assert.equal(request?.headers['webhook-id'], 'carrier-1700000000000-0-abcd');
  assert.equal(request?.headers['content-type'], 'application/json');

  const message = givenMessage({ headers: { 'x-vendor': 'told to the relay', 'ce-id': '8' } });
  await givenDelivery(t).attempt(givenSubscriber(receiver.url), message, none);
  assert.equal(receiver.received.length, 2);
  assert.equal('x-vendor' in (receiver.received[1]?.headers ?? {}), false);
  assert.equal('ce-id' in (receiver.received[1]?.headers ?? {}), false);
});

test('a payload that cannot be made is a failed attempt that says so, and nothing is sent', async (t) => {
  const { outcome, receiver } = await attempted(t, (_subscriber, { body }) => {
    throw new Error(`cannot read ${body}`);
  });
  assert.deepEqual(outcome, { kind: 'failed', code: 'ERR_NO_PAYLOAD', durationMs: 0 });
  assert.deepEqual(receiver.received, []);
});
