import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { publicKeyOf } from '../src/index.ts';
import { decodePrivateKey } from '../src/signing-secret.ts';

const pair = generateKeyPairSync('ed25519');
const { d = '', x = '' } = pair.privateKey.export({ format: 'jwk' });
const [privateHalf, publicHalf] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')];

function decoded(written: string): Buffer {
  const key = decodePrivateKey(written);
  assert.ok('key' in key);
  return key.key;
}

const forms: readonly (readonly [form: string, written: string])[] = [
  ['both halves', `whsk_${Buffer.concat([privateHalf, publicHalf]).toString('base64')}`],
  ['the private half alone', `whsk_${privateHalf.toString('base64')}`],
  ['PEM', pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()],
];
for (const [form, written] of forms) {
  test(`the public key is told from a private one written as ${form}`, () => {
    assert.equal(publicKeyOf(decoded(written)), `whpk_${publicHalf.toString('base64')}`);
    const told = Buffer.from(publicKeyOf(decoded(written)).slice('whpk_'.length), 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: told }, format: 'jwk' });
    assert.ok(key.equals(pair.publicKey));
  });
}

test('the public key of an example of RFC 8032 is the one that it publishes', () => {
  const half = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex');
  const published = Buffer.from('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', 'hex');
  assert.equal(publicKeyOf(decoded(`whsk_${half.toString('base64')}`)), `whpk_${published.toString('base64')}`);
});
