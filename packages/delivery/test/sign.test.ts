import assert from 'node:assert/strict';
import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { none, type Signing } from '@relay/core';
import { startReceiver } from '@relay/testkit';
import { Webhook } from 'standardwebhooks';
import { givenDelivery, givenMessage, givenSubscriber, signedWith } from './given.ts';

const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
const older = Buffer.from('C2FVsBQIhrscChlQIMV+b5sSYspob7oD', 'base64');

async function delivered(t: TestContext, signing: Signing | undefined, body: Buffer) {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const subscriber = givenSubscriber(receiver.url, signing && { signing });
  await givenDelivery(t).attempt(subscriber, givenMessage({ body }), none);
  const request = receiver.received[0];
  assert.ok(request);
  return { headers: request.headers as Record<string, string>, body: request.body };
}

function verifierWith(key: Buffer): Webhook {
  return new Webhook(key.toString('base64'));
}

test('a signature passes the verifier of Standard Webhooks', async (t) => {
  const { headers, body } = await delivered(t, signedWith(secret), Buffer.from('{"status":"Erfolg äöü"}'));
  verifierWith(secret).verify(body.toString(), headers);
  assert.throws(() => verifierWith(secret).verify(`${body} `, headers));
  assert.throws(() => verifierWith(older).verify(body.toString(), headers));
});

test('several secrets give several signatures, so that each of them verifies', async (t) => {
  const { headers, body } = await delivered(t, signedWith(secret, older), Buffer.from('{}'));
  verifierWith(secret).verify(body.toString(), headers);
  verifierWith(older).verify(body.toString(), headers);
  assert.equal(headers['webhook-signature']?.split(' ').length, 2);
});

const notUtf8 = Buffer.from([0xff, 0x00, 0xfe, 0x80, 0xc3]);

test('a body that is not UTF-8 is signed over its raw bytes', async (t) => {
  const { headers, body } = await delivered(t, signedWith(secret), notUtf8);
  const expected = createHmac('sha256', secret).update(signedText(headers, notUtf8));
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
const privateKey = pair.privateKey.export({ format: 'der', type: 'pkcs8' });

function signedByKeys(...keys: Buffer[]): Signing {
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

test('a private key signs what its public key verifies', async (t) => {
  const { headers, body } = await delivered(t, signedByKeys(privateKey), notUtf8);
  assert.match(headers['webhook-signature'] ?? '', /^v1a,[A-Za-z\d+/]{86}==$/);
  assert.equal(passes(headers, body, pair.publicKey), true);
  assert.equal(passes(headers, Buffer.from([...notUtf8, 0]), pair.publicKey), false);
  assert.equal(passes({ ...headers, 'webhook-id': 'another' }, body, pair.publicKey), false);
  assert.equal(passes(headers, body, generateKeyPairSync('ed25519').publicKey), false);
});

test('the public half that RFC 8032 publishes for its second key verifies what its private half signs', async (t) => {
  const half = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex');
  const known = Buffer.from('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', 'hex');
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), half]);
  const { headers, body } = await delivered(t, signedByKeys(pkcs8), Buffer.from('{}'));
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: known.toString('base64url') }, format: 'jwk' });
  assert.equal(passes(headers, body, key), true);
});

test('secrets and private keys sign together in one header, and every verifier finds its own', async (t) => {
  const otherPair = generateKeyPairSync('ed25519');
  const signing: Signing = {
    kind: 'standard-webhooks',
    secrets: [secret, older],
    privateKeys: [privateKey, otherPair.privateKey.export({ format: 'der', type: 'pkcs8' })],
  };
  const { headers, body } = await delivered(t, signing, Buffer.from('{"a":1}'));
  const versions = headers['webhook-signature']?.split(' ').map((signature) => signature.split(',')[0]);
  assert.deepEqual(versions, ['v1', 'v1', 'v1a', 'v1a']);
  verifierWith(secret).verify(body.toString(), headers);
  verifierWith(older).verify(body.toString(), headers);
  assert.equal(passes(headers, body, pair.publicKey), true);
  assert.equal(passes(headers, body, otherPair.publicKey), true);
});
