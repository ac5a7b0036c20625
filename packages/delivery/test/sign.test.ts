import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { none } from '@relay/core';
import { startReceiver, temporaryFolder } from '@relay/testkit';
import { Webhook } from 'standardwebhooks';
import { givenDelivery, givenMessage, givenSubscriber, signedWith } from './given.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const older = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const plain = 'a plain secret of some length';

async function delivered(t: Parameters<typeof givenDelivery>[0], secrets: string[], body: Buffer) {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const subscriber = givenSubscriber(receiver.url, secrets.length === 0 ? {} : { signing: signedWith(...secrets) });
  await givenDelivery(t).attempt(subscriber, givenMessage({ body }), none);
  const request = receiver.received[0];
  assert.ok(request);
  return { headers: request.headers as Record<string, string>, body: request.body };
}

test('a signature passes the verifier of Standard Webhooks', async (t) => {
  const { headers, body } = await delivered(t, [secret], Buffer.from('{"status":"Erfolg äöü"}'));
  new Webhook(secret).verify(body.toString(), headers);
  assert.throws(() => new Webhook(secret).verify(`${body} `, headers));
  assert.throws(() => new Webhook(older).verify(body.toString(), headers));
});

test('several secrets give several signatures, so that each of them verifies', async (t) => {
  const { headers, body } = await delivered(t, [secret, older], Buffer.from('{}'));
  new Webhook(secret).verify(body.toString(), headers);
  new Webhook(older).verify(body.toString(), headers);
  assert.equal(headers['webhook-signature']?.split(' ').length, 2);
});

test('a secret that is plain text signs with its own bytes', async (t) => {
  const { headers, body } = await delivered(t, [plain], Buffer.from('{}'));
  new Webhook(plain, { format: 'raw' }).verify(body.toString(), headers);
});

test('a body that is not UTF-8 is signed over its raw bytes', async (t) => {
  const bytes = Buffer.from([0xff, 0x00, 0xfe, 0x80, 0xc3]);
  const { headers, body } = await delivered(t, [plain], bytes);
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
  const expected = createHmac('sha256', plain).update(Buffer.concat([Buffer.from(`${id}.${timestamp}.`), bytes]));
  assert.deepEqual(body, bytes);
  assert.equal(signature, `v1,${expected.digest('base64')}`);
});

test('the verifier in docs/payload.md takes what is genuine, and nothing else', async (t) => {
  const { isFromRelay } = await import(verifierInDocs());
  const { headers, body } = await delivered(t, [secret, older], Buffer.from('{"status":"Erfolg äöü"}'));
  assert.equal(isFromRelay(headers, body, secret), true);
  assert.equal(isFromRelay(headers, body, older), true);
  assert.equal(isFromRelay(headers, Buffer.from(`${body} `), secret), false);
  assert.equal(isFromRelay({ ...headers, 'webhook-id': 'another' }, body, secret), false);
  assert.equal(isFromRelay({ ...headers, 'webhook-timestamp': '1700000000' }, body, secret), false);
  assert.equal(isFromRelay({}, body, secret), false);
});

/** The one block of JavaScript on the page, in a file of its own. */
function verifierInDocs(): string {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/payload.md'), 'utf8');
  const [, code = ''] = /^```js\n(.*?)^```/ms.exec(page) ?? [];
  const file = join(temporaryFolder(), 'verifier.mjs');
  writeFileSync(file, code);
  return file;
}

test('a subscriber without secrets gets no signature', async (t) => {
  const { headers } = await delivered(t, [], Buffer.from('{}'));
  assert.equal('webhook-signature' in headers, false);
});
