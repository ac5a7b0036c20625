import assert from 'node:assert/strict';
import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { none, type Signing } from '@relay/core';
import { startReceiver } from '@relay/testkit';
import { Webhook } from 'standardwebhooks';
import { givenDelivery, givenMessage, givenSubscriber, signedWith } from './given.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const older = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const plain = 'a plain secret of some length';

async function delivered(t: TestContext, signing: Signing | undefined, body: Buffer) {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const subscriber = givenSubscriber(receiver.url, signing && { signing });
  await givenDelivery(t).attempt(subscriber, givenMessage({ body }), none);
  const request = receiver.received[0];
  assert.ok(request);
  return { headers: request.headers as Record<string, string>, body: request.body };
}

test('a signature passes the verifier of Standard Webhooks', async (t) => {
  const { headers, body } = await delivered(t, signedWith(secret), Buffer.from('{"status":"Erfolg äöü"}'));
  new Webhook(secret).verify(body.toString(), headers);
  assert.throws(() => new Webhook(secret).verify(`${body} `, headers));
  assert.throws(() => new Webhook(older).verify(body.toString(), headers));
});

test('several secrets give several signatures, so that each of them verifies', async (t) => {
  const { headers, body } = await delivered(t, signedWith(secret, older), Buffer.from('{}'));
  new Webhook(secret).verify(body.toString(), headers);
  new Webhook(older).verify(body.toString(), headers);
  assert.equal(headers['webhook-signature']?.split(' ').length, 2);
});

test('a secret that is plain text signs with its own bytes', async (t) => {
  const { headers, body } = await delivered(t, signedWith(plain), Buffer.from('{}'));
  new Webhook(plain, { format: 'raw' }).verify(body.toString(), headers);
});

const notUtf8 = Buffer.from([0xff, 0x00, 0xfe, 0x80, 0xc3]);

test('a body that is not UTF-8 is signed over its raw bytes', async (t) => {
  const { headers, body } = await delivered(t, signedWith(plain), notUtf8);
  const expected = createHmac('sha256', plain).update(signedText(headers, notUtf8));
  assert.deepEqual(body, notUtf8);
  assert.equal(headers['webhook-signature'], `v1,${expected.digest('base64')}`);
});

test('a subscriber that signs nothing gets no signature', async (t) => {
  const { headers } = await delivered(t, undefined, Buffer.from('{}'));
  assert.equal('webhook-signature' in headers, false);
});

/** As Standard Webhooks says what is signed. */
function signedText(headers: Readonly<Record<string, string>>, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`), body]);
}

const pair = generateKeyPairSync('ed25519');
const { d = '', x = '' } = pair.privateKey.export({ format: 'jwk' });
const privateHalf = Buffer.from(d, 'base64url');
const publicHalf = Buffer.from(x, 'base64url');
const privateKeys: readonly (readonly [form: string, written: string])[] = [
  ['both halves', `whsk_${Buffer.concat([privateHalf, publicHalf]).toString('base64')}`],
  ['the private half alone', `whsk_${privateHalf.toString('base64')}`],
  ['PEM', pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()],
];

function signedByKeys(...keys: string[]): Signing {
  return { kind: 'standard-webhooks', secrets: [], privateKeys: keys };
}

/** The verification as the specification has it: any `v1a` of the header that the public key takes. */
function passes(headers: Readonly<Record<string, string>>, body: Buffer, publicKey: KeyObject): boolean {
  const given = headers['webhook-signature']?.split(' ').map((signature) => signature.split(',')) ?? [];
  return given.some(
    ([version, value = '']) =>
      version === 'v1a' && verify(null, signedText(headers, body), publicKey, Buffer.from(value, 'base64')),
  );
}

for (const [form, written] of privateKeys) {
  test(`a private key written as ${form} signs what its public key verifies`, async (t) => {
    const { headers, body } = await delivered(t, signedByKeys(written), notUtf8);
    assert.match(headers['webhook-signature'] ?? '', /^v1a,[A-Za-z\d+/]{86}==$/);
    assert.equal(passes(headers, body, pair.publicKey), true);
    assert.equal(passes(headers, Buffer.from([...notUtf8, 0]), pair.publicKey), false);
    assert.equal(passes({ ...headers, 'webhook-id': 'another' }, body, pair.publicKey), false);
    assert.equal(passes(headers, body, generateKeyPairSync('ed25519').publicKey), false);
  });
}

test('the public half that RFC 8032 publishes for its second key verifies what its private half signs', async (t) => {
  const half = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex');
  const known = Buffer.from('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', 'hex');
  const written = `whsk_${half.toString('base64')}`;
  const { headers, body } = await delivered(t, signedByKeys(written), Buffer.from('{}'));
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: known.toString('base64url') }, format: 'jwk' });
  assert.equal(passes(headers, body, key), true);
});

test('secrets and private keys sign together in one header, and every verifier finds its own', async (t) => {
  const signing: Signing = {
    kind: 'standard-webhooks',
    secrets: [secret, older],
    privateKeys: [privateKeys[0]?.[1] ?? '', privateKeys[1]?.[1] ?? ''],
  };
  const { headers, body } = await delivered(t, signing, Buffer.from('{"a":1}'));
  const versions = headers['webhook-signature']?.split(' ').map((signature) => signature.split(',')[0]);
  assert.deepEqual(versions, ['v1', 'v1', 'v1a', 'v1a']);
  new Webhook(secret).verify(body.toString(), headers);
  new Webhook(older).verify(body.toString(), headers);
  assert.equal(passes(headers, body, pair.publicKey), true);
});
