import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { none, type Signing } from '@relay/core';
import { startReceiver, temporaryFolder } from '@relay/testkit';
import { givenDelivery, givenMessage, givenSubscriber } from './given.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/subscribers.md'), 'utf8');

type Verifier = (headers: Readonly<Record<string, string>>, body: Buffer, key: string) => boolean;

/** The block of JavaScript that exports this function, in a file of its own. */
async function verifierInDocs(name: string): Promise<Verifier> {
  const blocks = [...page.matchAll(/^```js\n(.*?)^```/gms)].map(([, code = '']) => code);
  const file = join(temporaryFolder(), `${name}.mjs`);
  writeFileSync(file, blocks.find((code) => code.includes(`export function ${name}(`)) ?? '');
  return (await import(file))[name];
}

async function sent(t: TestContext, signing: Signing) {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const body = Buffer.from('{"status":"Erfolg äöü"}');
  await givenDelivery(t).attempt(givenSubscriber(receiver.url, { signing }), givenMessage({ body }), none);
  const [request] = receiver.received;
  assert.ok(request);
  return { headers: request.headers as Record<string, string>, body: request.body };
}

const secrets = ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'C2FVsBQIhrscChlQIMV+b5sSYspob7oD'].map((written) =>
  Buffer.from(written, 'base64'),
);
const writtenSecrets = secrets.map((secret) => `whsec_${secret.toString('base64')}`);
const pairs = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
const privateKeys = pairs.map(({ privateKey }) => privateKey.export({ format: 'der', type: 'pkcs8' }));
const publicKeys = pairs.map(({ publicKey }) => {
  const { x = '' } = publicKey.export({ format: 'jwk' });
  return `whpk_${Buffer.from(x, 'base64url').toString('base64')}`;
});

const verifiers: readonly (readonly [name: string, keys: readonly string[], others: readonly string[]])[] = [
  ['isFromRelay', writtenSecrets, [`whsec_${Buffer.alloc(24).toString('base64')}`]],
  ['isSignedByRelay', publicKeys, [`whpk_${Buffer.alloc(32, 1).toString('base64')}`]],
];

suite('docs/subscribers.md', () => {
  for (const [name, keys, others] of verifiers) {
    test(`its ${name} takes what is genuine, and nothing else`, async (t) => {
      const verify = await verifierInDocs(name);
      const { headers, body } = await sent(t, { kind: 'standard-webhooks', secrets, privateKeys });
      for (const key of keys) {
        assert.equal(verify(headers, body, key), true);
        assert.equal(verify(headers, Buffer.from(`${body} `), key), false);
        assert.equal(verify({ ...headers, 'webhook-id': 'another' }, body, key), false);
        assert.equal(verify({ ...headers, 'webhook-timestamp': '1700000000' }, body, key), false);
        assert.equal(verify({}, body, key), false);
      }
      for (const key of others) assert.equal(verify(headers, body, key), false);
    });
  }

  test('names every header that an attempt has', async (t) => {
    const message = givenMessage();
    const receiver = await startReceiver();
    t.after(() => receiver.close());
    const signing = { kind: 'standard-webhooks', secrets, privateKeys } as const;
    await givenDelivery(t).attempt(givenSubscriber(receiver.url, { signing }), message, { ...none, replay: 1 });
    const [, table = ''] = /\n\| header \| is \|\n\|---\|---\|\n(.*?)\n\n/s.exec(page) ?? [];
    const told = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)]);
    const transport = ['host', 'connection', 'accept-encoding', 'content-type', 'content-length'];
    const names = Object.keys(receiver.received[0]?.headers ?? {}).filter((header) => !transport.includes(header));
    assert.deepEqual(told.map(([, header]) => header).sort(), names.sort());
  });

  test('names every reason to have no token', () => {
    const source = readFileSync(join(import.meta.dirname, '../src/oauth2-request.ts'), 'utf8');
    const codesIn = (text: string) => new Set(text.match(/ERR_TOKEN_\w+/g));
    assert.deepEqual(codesIn(page), codesIn(source));
  });
});
