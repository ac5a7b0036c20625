import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { suite, test } from 'node:test';
import type { Hmac, Received, RequestHead, Verify } from '@relay/core';
import fc from 'fast-check';
import { createGate } from '../src/gate.ts';

type Given = Partial<RequestHead>;

const nothing: Verify = { credentials: [], allow: [] };

function codeOf(verify: Partial<Verify>, given: Given, path = '/hook'): string | undefined {
  const gate = createGate({ verify: { ...nothing, ...verify }, path });
  return gate.admit({ headers: {}, ip: '192.0.2.1', target: path, ...given })?.code;
}

function authorized(authorization: string): Given {
  return { headers: { authorization } };
}

function basic(pair: string | Buffer): Given {
  return authorized(`Basic ${Buffer.from(pair).toString('base64')}`);
}

/** As Node shows text that came in UTF-8. */
function onTheWire(text: string): string {
  return Buffer.from(text).toString('latin1');
}

interface Table {
  readonly verify: Partial<Verify>;
  readonly passes: Readonly<Record<string, Given>>;
  readonly fails: Readonly<Record<string, Given>>;
}

const secret = 'a-secret-of-some-length';
const next = 'the-next-secret';

const tables: Readonly<Record<string, Table>> = {
  basic: {
    verify: {
      basic: [
        { username: 'relay', password: secret },
        { username: 'relay', password: next },
        { username: 'zürich', password: 'a:b 😀' },
        { username: 'zoë', password: 'zoë' },
      ],
    },
    passes: {
      genuine: basic(`relay:${secret}`),
      'rotated, the next one': basic(`relay:${next}`),
      'a scheme in lower case': authorized(`basic ${btoa(`relay:${secret}`)}`),
      'a scheme in upper case and more space': authorized(`BASIC   ${btoa(`relay:${secret}`)}`),
      'letters beyond ASCII, and a colon in the password': basic('zürich:a:b 😀'),
      'letters in Latin-1': basic(Buffer.from('zoë:zoë', 'latin1')),
    },
    fails: {
      missing: {},
      empty: authorized(''),
      'the scheme alone': authorized('Basic'),
      'no pair': authorized('Basic '),
      'a wrong password': basic('relay:wrong'),
      'no password': basic('relay:'),
      'a wrong username': basic(`other:${secret}`),
      'one username with the password of another': basic(`zürich:${secret}`),
      'a character more': basic(`relay:${secret}x`),
      'no colon': basic(`relay${secret}`),
      'not in base64': authorized(`Basic relay:${secret}`),
      'another scheme': authorized(`Bearer ${btoa(`relay:${secret}`)}`),
      twice: { headers: { authorization: Array.from({ length: 2 }, () => `Basic ${btoa(`relay:${secret}`)}`) } },
      'twice in one': authorized(`Basic ${btoa(`relay:${secret}`)}, Basic ${btoa(`relay:${secret}`)}`),
    },
  },
  bearer: {
    verify: { bearer: [secret, next, 'zürich'] },
    passes: {
      genuine: authorized(`Bearer ${secret}`),
      'rotated, the next one': authorized(`Bearer ${next}`),
      'a scheme in another case': authorized(`bEARER ${secret}`),
      'letters beyond ASCII': authorized(onTheWire('Bearer zürich')),
      'letters in Latin-1': authorized('Bearer zürich'),
    },
    fails: {
      missing: {},
      empty: authorized(''),
      'the scheme alone': authorized('Bearer'),
      'no token': authorized('Bearer '),
      'no scheme': authorized(secret),
      wrong: authorized('Bearer wrong'),
      'a character more': authorized(`Bearer ${secret}x`),
      'a character less': authorized(`Bearer ${secret.slice(1)}`),
      'another case': authorized(`Bearer ${secret.toUpperCase()}`),
      'another scheme': authorized(`Basic ${secret}`),
      'in the query': { target: `/hook?access_token=${secret}` },
      twice: { headers: { authorization: [`Bearer ${secret}`, `Bearer ${secret}`] } },
      'twice in one': authorized(`Bearer ${secret}, Bearer ${secret}`),
    },
  },
  header: {
    verify: { header: { name: 'X-Relay-Secret', secrets: [secret, next] } },
    passes: {
      genuine: { headers: { 'x-relay-secret': secret } },
      'rotated, the next one': { headers: { 'x-relay-secret': next } },
    },
    fails: {
      missing: {},
      empty: { headers: { 'x-relay-secret': '' } },
      wrong: { headers: { 'x-relay-secret': 'wrong' } },
      'another case': { headers: { 'x-relay-secret': secret.toUpperCase() } },
      'another header': { headers: { 'x-relay-secrets': secret } },
      twice: { headers: { 'x-relay-secret': [secret, secret] } },
      'twice in one': { headers: { 'x-relay-secret': `${secret}, ${secret}` } },
    },
  },
  'header, with a name that every object has': {
    verify: { header: { name: 'constructor', secrets: [secret] } },
    passes: { genuine: { headers: { constructor: secret } as unknown as Received['headers'] } },
    fails: { missing: {} },
  },
  query: {
    verify: { query: { name: 'token', secrets: [secret, next, 'a+b/c=&?ü'] } },
    passes: {
      genuine: { target: `/hook?token=${secret}` },
      'rotated, the next one': { target: `/hook?token=${next}` },
      'among others': { target: `/hook?a=1&&b&token=${secret}&c=%ff` },
      'percent-encoded': { target: `/hook?%74oken=${encodeURIComponent('a+b/c=&?ü')}` },
      'with letters that stay as they are': { target: '/hook?token=a+b/c=%26?%C3%BC' },
    },
    fails: {
      'no query': {},
      'an empty query': { target: '/hook?' },
      missing: { target: '/hook?other=1' },
      'no value': { target: '/hook?token' },
      empty: { target: '/hook?token=' },
      wrong: { target: '/hook?token=wrong' },
      'a name in another case': { target: `/hook?Token=${secret}` },
      'a space for a plus': { target: '/hook?token=a%20b/c=%26?%C3%BC' },
      'not decodable': { target: `/hook?token=${secret}%` },
      'in the path': { target: `/hook/token=${secret}` },
      twice: { target: `/hook?token=${secret}&token=${secret}` },
      'twice, once encoded': { target: `/hook?token=${secret}&%74oken=${secret}` },
      'twice, once empty': { target: `/hook?token=${secret}&token` },
    },
  },
  path: {
    verify: { path: [secret, next] },
    passes: {
      genuine: { target: `/hook/${secret}` },
      'with a query': { target: `/hook/${secret}?a=/b?c` },
      'rotated, the next one': { target: `/hook/${next}` },
    },
    fails: {
      missing: { target: '/hook' },
      empty: { target: '/hook/' },
      wrong: { target: '/hook/wrong' },
      'a character more': { target: `/hook/${secret}x` },
      'a character less': { target: `/hook/${secret.slice(0, -1)}` },
      'a slash more': { target: `/hook/${secret}/` },
      'two slashes': { target: `/hook//${secret}` },
      'percent-encoded': { target: `/hook/%61${secret.slice(1)}` },
      'behind a dot segment': { target: `/hook/x/../${secret}` },
      'behind another path': { target: `/hooks/${secret}` },
      'behind another path of the same length': { target: `/hood/${secret}` },
      'in the query': { target: `/hook?/${secret}` },
      'with a whole URL': { target: `http://host/hook/${secret}` },
      twice: { target: `/hook/${secret}/${secret}` },
    },
  },
};

for (const [name, { verify, passes, fails }] of Object.entries(tables)) {
  suite(name, () => {
    for (const [what, given] of Object.entries(passes)) {
      test(`${what} passes`, () => assert.equal(codeOf(verify, given), undefined));
    }
    for (const [what, given] of Object.entries(fails)) {
      test(`${what} is unauthorized`, () => assert.equal(codeOf(verify, given), 'unauthorized'));
    }
  });
}

test('a secret may stand behind the path that is a slash alone', () => {
  assert.equal(codeOf({ path: [secret] }, { target: `/${secret}` }, '/'), undefined);
  assert.equal(codeOf({ path: [secret] }, { target: `//${secret}` }, '/'), 'unauthorized');
});

test('an address that is not allowed is refused before anything else is looked at', () => {
  const verify = { allow: ['192.0.2.0/24'], bearer: [secret] };
  assert.equal(codeOf(verify, { ip: '198.51.100.1', ...authorized(`Bearer ${secret}`) }), 'address-not-allowed');
  assert.equal(codeOf(verify, { ip: '198.51.100.1' }), 'address-not-allowed');
  assert.equal(codeOf(verify, authorized(`Bearer ${secret}`)), undefined);
});

test('of an address only one that looks like it is quoted: a proxy passes on what anybody wrote', () => {
  const { admit } = createGate({ verify: { ...nothing, allow: ['192.0.2.0/24'] }, path: '/hook' });
  for (const ip of ['198.51.100.1', '[2001:db8::1]:443'])
    assert.equal(
      admit({ headers: {}, ip, target: '/hook' })?.detail,
      `verify.allow of this endpoint does not list ${ip}`,
    );
  for (const ip of ['', secret, 'f'.repeat(5_000), '198.51.100.1\nsecond line'])
    assert.match(
      admit({ headers: {}, ip, target: '/hook' })?.detail ?? '',
      /does not list what X-Forwarded-For names$/,
    );
});

test('a signature is no matter of the head: it is asked for with the body', () => {
  const hmac: Hmac = {
    header: 'x-signature',
    keys: [Buffer.from(secret)],
    algorithm: 'sha256',
    encoding: 'hex',
    prefix: '',
    separator: '',
    signed: ['body'],
  };
  const gate = createGate({ verify: { ...nothing, bearer: [secret], hmac }, path: '/hook' });
  const head = { ip: '', target: '/hook', ...authorized(`Bearer ${secret}`) };
  const signedHead = {
    ...head,
    headers: { ...head.headers, 'x-signature': createHmac('sha256', secret).update('{}').digest('hex') },
  };
  assert.equal(gate.admit(signedHead), undefined);
  assert.equal(gate.verifySignature({ ...signedHead, body: Buffer.from('{}'), at: 0 }), undefined);
  assert.equal(gate.admit({ ip: '', target: '/hook', headers: {} })?.code, 'unauthorized');
  assert.equal(gate.verifySignature({ ...signedHead, body: Buffer.from('{} '), at: 0 })?.code, 'unauthorized');
});

test('nothing asked for is nothing refused', () => assert.equal(codeOf({}, {}), undefined));

test('everything that is asked for has to be shown', () => {
  const verify: Partial<Verify> = {
    bearer: [secret],
    header: { name: 'x-relay-secret', secrets: [secret] },
    query: { name: 'token', secrets: [secret] },
    path: [secret],
  };
  const shown = {
    headers: { authorization: `Bearer ${secret}`, 'x-relay-secret': secret },
    target: `/hook/${secret}?token=${secret}`,
  };
  assert.equal(codeOf(verify, shown), undefined);
  for (const lacking of [
    { headers: { authorization: `Bearer ${secret}` } },
    { headers: { 'x-relay-secret': secret } },
    { target: `/hook/${secret}` },
    { target: `/hook?token=${secret}` },
  ]) {
    assert.equal(codeOf(verify, { ...shown, ...lacking }), 'unauthorized');
  }
});

test('a check without a secret, or with an empty one, is refused when the endpoint is prepared', () => {
  const halves: Partial<Verify>[] = [
    { basic: [] },
    { bearer: [] },
    { bearer: [secret, ''] },
    { header: { name: 'a', secrets: [] } },
    { header: { name: 'a', secrets: [''] } },
    { query: { name: 'a', secrets: [''] } },
    { path: [] },
    { path: [''] },
  ];
  for (const half of halves) {
    const [key] = Object.keys(half);
    assert.throws(() => codeOf(half, {}), { message: `verify.${key} needs a secret that is not empty` });
  }
});

test('a refusal names the key that was not met and quotes nothing of the request', () => {
  for (const [name, { verify, fails }] of Object.entries(tables)) {
    const gate = createGate({ verify: { ...nothing, ...verify }, path: '/hook' });
    for (const given of Object.values(fails)) {
      const refusal = gate.admit({ headers: {}, ip: '', target: '/hook', ...given });
      assert.match(refusal?.detail ?? '', new RegExp(`verify.${name.split(',')[0]}`));
      assert.doesNotMatch(refusal?.detail ?? '', /secret-of|next-secret|wrong|relay:|zürich/);
    }
  }
});

test('nothing that can be sent makes it throw or lets it pass', () => {
  const any = fc.record({
    headers: fc.dictionary(
      fc.constantFrom('authorization', 'x-relay-secret', '__proto__'),
      fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string()), fc.constantFrom('Basic ====', 'Bearer  ')),
    ),
    target: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webPath(),
      fc.webQueryParameters().map((query) => `/hook?${query}`),
    ),
    ip: fc.string(),
  });
  for (const { verify } of Object.values(tables)) {
    fc.assert(fc.property(any, (given) => codeOf(verify, given) === 'unauthorized'));
  }
});
