import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Endpoint, Hmac, Verify } from '@relay/core';
import { sample, sampleNames } from '@relay/testkit';
import { addSecrets } from '../src/add-secrets.ts';
import { verifies } from './given.ts';

const url = 'http://127.0.0.1:8080/hook';
const at = Date.UTC(2026, 0, 1);
const unverified: Verify = { allow: [], credentials: [] };

function withSecrets(source: Endpoint['source'], verify: Verify, body: string | Buffer, more = {}) {
  return addSecrets({ endpoint: { source, verify }, url, body: Buffer.from(body), at, ...more });
}

describe('a ThingSpace body', () => {
  test('gets the credentials of its endpoint, and keeps everything else to the digit', () => {
    const body = '{"username":"","a":12345678901234567890.10,"__proto__":{"b":1e400},"password":"old","c":[]}';
    assert.equal(
      String(withSecrets('thingspace', verifies.thingspace, body).body),
      '{"username":"relay","password":"p<&\\"ä","a":12345678901234567890.10,"__proto__":{"b":1e400},"c":[]}',
    );
  });

  test('of each sample gets them in SOAP, too, wherever they were, and nothing else changes', () => {
    const credentials = { username: 'relay', password: 'p<&"ä$&' };
    for (const name of sampleNames('thingspace-soap')) {
      const before = String(sample(name));
      const after = String(withSecrets('thingspace-soap', { allow: [], credentials: [credentials] }, before).body);
      assert.equal(after.match(/<Username>(.*?)<\/Username>/)?.[1], 'relay');
      assert.equal(after.match(/<Password>(.*?)<\/Password>/)?.[1], 'p&lt;&amp;"ä$&amp;');
      const without = (text: string) => text.replace(/<(Username|Password)>.*?<\/\1>/g, '');
      assert.equal(without(after), without(before));
    }
  });

  test('gets them in SOAP where it had none, under its own prefix', () => {
    const body =
      '<e:Envelope><e:Body><v:CallbackRequest xmlns:v="x"><v:Data/></v:CallbackRequest></e:Body></e:Envelope>';
    assert.match(
      String(withSecrets('thingspace-soap', verifies['thingspace-soap'], body).body),
      /<v:CallbackRequest xmlns:v="x"><v:Username>relay<\/v:Username><v:Password>p&lt;&amp;"ä<\/v:Password><v:Data\/>/,
    );
  });

  test('that has no place for them stays byte for byte', () => {
    for (const body of [Buffer.from([0xff, 0]), Buffer.from('[1]'), Buffer.from('{"a":'), Buffer.alloc(0)]) {
      assert.deepEqual(withSecrets('thingspace', verifies.thingspace, body).body, body);
      assert.deepEqual(withSecrets('thingspace-soap', verifies['thingspace-soap'], body).body, body);
    }
  });
});

test('each callback of a Voximplant body gets its account and hash, for an id of any length', () => {
  const body = '{"callbacks":[{"callback_id":12345678901234567890,"hash":"x"},{"callback_id":7,"type":"t"}]}';
  const md5 = (id: string) => createHash('md5').update(`salt1000001key${id}`).digest('hex');
  assert.equal(
    String(withSecrets('voximplant', verifies.voximplant, body).body),
    `{"callbacks":[{"callback_id":12345678901234567890,"hash":"${md5('12345678901234567890')}","account_id":1000001},` +
      `{"callback_id":7,"type":"t","account_id":1000001,"hash":"${md5('7')}"}]}`,
  );
});

test('every genuine sample of Voximplant comes out with the hashes that it came with', () => {
  const secrets = { salts: ['test-salt'], apiKeys: ['00000000-1111-2222-3333-444444444444'] };
  for (const name of sampleNames('voximplant').filter((name) => !name.includes('bad-hash'))) {
    const body = sample(name);
    const hashed = withSecrets(
      'voximplant',
      { ...unverified, callbackHash: { ...secrets, accountId: '1000001' } },
      body,
    );
    assert.deepEqual(JSON.parse(String(hashed.body)), JSON.parse(String(body)), name);
  }
});

test('secrets go where the endpoint looks for them, for any source', () => {
  const verify: Verify = {
    ...unverified,
    basic: [{ username: 'ü', password: 'a:b' }],
    header: { name: 'X-Secret', secrets: ['one', 'two'] },
    query: { name: 'to ken', secrets: ['a&b +c'] },
    path: ['path-secret', 'other'],
  };
  const request = withSecrets('generic', verify, 'x', { headers: { 'content-type': 'text/plain' } });
  assert.equal(request.url, `${url}/path-secret?to%20ken=a%26b%20%2Bc`);
  assert.deepEqual(request.headers, {
    'content-type': 'text/plain',
    authorization: `Basic ${Buffer.from('ü:a:b').toString('base64')}`,
    'x-secret': 'one',
  });
  assert.equal(withSecrets('ixc-acs', { ...unverified, bearer: ['t'] }, '{}').headers.authorization, 'Bearer t');
});

test('a URL that has a query keeps it, with the path before it and the parameters behind it', () => {
  const verify: Verify = { ...unverified, query: { name: 'token', secrets: ['t'] }, path: ['path-secret'] };
  const { url: complete } = withSecrets('generic', verify, 'x', { url: `${url}?account=1&a?b` });
  assert.equal(complete, `${url}/path-secret?account=1&a?b&token=t`);
});

describe('a signature', () => {
  const key = Buffer.from('key');
  const plain: Hmac = {
    header: 'x-signature',
    keys: [key, Buffer.from('old')],
    algorithm: 'sha256',
    encoding: 'hex',
    prefix: 'sha256=',
    separator: '',
    signed: ['body'],
  };
  const headersFor = (hmac: Partial<Hmac>, body: string | Buffer, more = {}) =>
    withSecrets('generic', { ...unverified, hmac: { ...plain, ...hmac } }, body, more).headers;
  const hmacOf = (text: string | Buffer, encoding: 'hex' | 'base64' = 'hex') =>
    createHmac('sha256', key).update(text).digest(encoding);

  test('is over the bytes of the body', () => {
    const body = Buffer.from([0xff, 0, 0x7b]);
    assert.deepEqual(headersFor({}, body), { 'x-signature': `sha256=${hmacOf(body)}` });
  });

  test('shares its header with the timestamp', () => {
    const timestamp = { header: 'x-signature', prefix: 't=', separator: ',', toleranceMs: 1 };
    const headers = headersFor(
      { prefix: 'v1=', separator: ',', signed: ['timestamp', { text: '.' }, 'body'], timestamp },
      'x',
    );
    assert.deepEqual(headers, { 'x-signature': `t=${at / 1000},v1=${hmacOf(`${at / 1000}.x`)}` });
  });

  test('covers an id of its own, which is sent', () => {
    const timestamp = { header: 'webhook-timestamp', prefix: '', separator: '', toleranceMs: 1 };
    const signed: Hmac['signed'] = [{ header: 'webhook-id' }, { text: '.' }, 'timestamp', { text: '.' }, 'body'];
    const headers = headersFor(
      { header: 'webhook-signature', prefix: 'v1,', encoding: 'base64', signed, timestamp },
      'x',
    );
    const id = headers['webhook-id'] ?? '';
    assert.equal(headers['webhook-signature'], `v1,${hmacOf(`${id}.${at / 1000}.x`, 'base64')}`);
    assert.match(id, /^[\da-f-]{36}$/);
  });

  test('covers the URL as the vendor knows it, with the hash of the body', () => {
    const hmac: Hmac = { ...plain, prefix: '', signed: ['url'], bodyHashQuery: 'bodySHA256' };
    const endpoint = {
      source: 'generic',
      verify: { ...unverified, hmac },
      url: 'https://hooks.example.com/x',
    } as const;
    const request = addSecrets({ endpoint, url: `${url}?account=1`, body: Buffer.from('x'), at });
    const query = `?account=1&bodySHA256=${createHash('sha256').update('x').digest('hex')}`;
    assert.equal(request.url, `${url}${query}`);
    assert.equal(request.headers['x-signature'], hmacOf(`https://hooks.example.com/x${query}`));
  });
});
