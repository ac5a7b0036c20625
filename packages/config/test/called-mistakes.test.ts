import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { mistakesOf, readPem, right, subscriberFile } from './reading.ts';

const key = 'eight-by';
const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'pem', type: 'pkcs8' });
const edRule =
  'must be an Ed25519 private key: whsk_ and base64 of 32 or 64 bytes, or PEM as `openssl genpkey -algorithm ed25519` prints';
const hmac = `algorithm: sha256, encoding: hex, secret: ${key}`;
const belongs = 'belongs to a signature in another style: write its header too, or leave this out';
const headerText = 'must be text that a header can carry: no line breaks, no space at its ends, nothing beyond Latin-1';
const token = 'tokenUrl: "https://h/", clientId: c, clientSecret: s';

const signings = {
  '{secret: file:rsa, privateKey: file:rsa}': [
    'sign.secret: must be 24 to 64 bytes; make one with: echo "whsec_$(openssl rand -base64 32)"',
    `sign.privateKey: ${edRule}`,
  ],
  '{privateKey: whsk_AAAA}': [`sign.privateKey: ${edRule}`],
  '{privateKey: hunter2}': [`sign.privateKey: ${edRule}`],
  [`{privateKey: whpk_${Buffer.alloc(32).toString('base64')}}`]: [
    'sign.privateKey: is a public key, which verifies only: the private one begins with whsk_',
  ],
  [`{privateKey: [whsk_${Buffer.alloc(32).toString('base64')}, whsk_${Buffer.alloc(64).toString('base64')}]}`]: [
    'sign.privateKey[1]: is damaged: its public half does not belong to its private one',
  ],
  [`{secret: ${secret}, algorithm: sha256, prefix: a}`]: [`sign.algorithm: ${belongs}`, `sign.prefix: ${belongs}`],
  [`{header: x-sig, secret: ${key}}`]: [
    'sign.algorithm: is missing: a signature in a header of its own needs it',
    'sign.encoding: is missing: a signature in a header of its own needs it',
  ],
  '{header: x-sig, algorithm: sha256, encoding: hex}': [
    'sign.secret: is missing: a signature in a header of its own needs it',
  ],
  [`{header: x-sig, ${hmac}, privateKey: file:rsa}`]: [
    'sign.privateKey: belongs to Standard Webhooks, which has no header here',
  ],
  '{header: x-sig, algorithm: sha256, encoding: hex, secret: short}': ['sign.secret: must be at least 8 bytes'],
  [`{header: x-sig, ${hmac}, key: hex}`]: ['sign.secret: must be hex digits, two for a byte, since key is hex'],
  [`{header: x-sig, ${hmac}, key: base64url}`]: ['sign.key: must be one of text, base64, hex'],
  '{header: x-sig, algorithm: md5, encoding: hex, secret: eight-by}': [
    'sign.algorithm: must be one of sha1, sha256, sha512',
  ],
  [`{header: webhook-signature, ${hmac}}`]: ['sign.header: the relay sets this header itself; use another name'],
  [`{header: x-sig, ${hmac}, signed: "{timestamp}"}`]: [
    'sign.signed: must have {body} in it: otherwise any body would pass',
  ],
  [`{header: x-sig, ${hmac}, signed: "{url}.{body}"}`]: [
    'sign.signed: {url} stands for nothing; only {body}, {timestamp} and {id} are filled in',
  ],
  [`{header: x-sig, ${hmac}, signed: "{timestmp}.{body}"}`]: [
    'sign.signed: {timestmp} stands for nothing; did you mean {timestamp}?',
  ],
  [`{header: x-sig, ${hmac}, signed: "{body"}`]: ['sign.signed: has a brace without its other one'],
  [`{header: x-sig, ${hmac}, timestamp: {header: x-time}}`]: [
    'sign.timestamp: is not signed, so anybody could write it: put {timestamp} into signed',
  ],
  [`{header: x-sig, ${hmac}, signed: "{timestamp}{body}", timestamp: {header: X-Sig}}`]: [
    'sign.timestamp.separator: is missing: without it they would run together, the time and the signature in one header',
  ],
  '{header: x-sig, algorithm: sha256, encoding: hex, secret: [eight-by, eight-bz]}': [
    'sign.separator: is missing: without it they would run together, the signatures of several secrets',
  ],
  [`{header: x-sig, ${hmac}, prefix: "a\\nb"}`]: [
    'sign.prefix: must be text that a header can carry: no line breaks, no characters beyond Latin-1',
  ],
};

for (const [sign, mistakes] of Object.entries(signings)) {
  test(`sign refuses ${sign}`, () => assert.deepEqual(mistakesWith(`sign: ${sign}`), mistakes));
}

const ways = {
  '{}': 'auth: must say one of basic, bearer and oauth2',
  '{bearer: a, basic: {username: u, password: p}}': 'auth: must say one of basic, bearer and oauth2',
  '{barer: a}': 'auth.barer: unknown key "barer"; did you mean bearer?',
  '{bearer: "a\\nb"}': `auth.bearer: ${headerText}`,
  '{bearer: file:nowhere}': 'auth.bearer: cannot read the file nowhere: there is no such file',
  '{basic: {username: "a:b", password: p}}':
    'auth.basic.username: must not have a colon in it, which HTTP Basic ends it with',
  '{basic: {username: a}}': 'auth.basic.password: is missing',
  '{oauth2: {clientId: c, clientSecret: s}}': 'auth.oauth2.tokenUrl: is missing',
  [`{oauth2: {${token}, credentialsIn: query}}`]: 'auth.oauth2.credentialsIn: must be one of header, body',
  '{oauth2: {tokenUrl: "ftp://h/", clientId: c, clientSecret: s}}':
    'auth.oauth2.tokenUrl: must be a URL that begins with http:// or https://',
  '{oauth2: {tokenUrl: "https://u:p@h/", clientId: c, clientSecret: s}}':
    'auth.oauth2.tokenUrl: must not carry a username or password, which would show in logs; use clientId and clientSecret',
};

for (const [auth, mistake] of Object.entries(ways)) {
  test(`auth refuses ${auth}`, () => assert.deepEqual(mistakesWith(`auth: ${auth}`), [mistake]));
}

test('two ways to authorize are a mistake also where one of them is wrong in itself', () => {
  assert.deepEqual(mistakesWith('auth: {basic: {username: a}, bearer: b}'), [
    'auth: must say one of basic, bearer and oauth2',
    'auth.basic.password: is missing',
  ]);
});

const files = {
  '{}': 'tls: says nothing: give cert and key, or ca, or leave it out',
  '{cert: certificate}': 'tls.key: is missing: the certificate in cert is of no use without it',
  '{key: key}': 'tls.cert: is missing: the private key in key is of no use without it',
  '{cert: certificate, key: other-key}':
    'tls.key: does not belong to the certificate in cert, or to the first one where there are several',
  '{cert: key, key: key}': 'tls.cert: is not the file of a certificate in PEM',
  '{ca: key}': 'tls.ca: is not the file of certificates in PEM',
  '{ca: damaged}': 'tls.ca: is not the file of certificates in PEM',
  '{ca: nowhere}': 'tls.ca: cannot read the file nowhere: there is no such file',
};

for (const [tls, mistake] of Object.entries(files)) {
  test(`tls refuses ${tls}`, () => {
    assert.deepEqual(mistakesWith(`tls: ${tls}`, 'url: https://host/\nreceives: [e]\n'), [mistake]);
  });
}

const contradictions = {
  'tls: {ca: certificate}': 'tls: is for https, and the url is http',
  'auth: {bearer: a}\nheaders: {Authorization: b}':
    'headers.Authorization: is set by auth already; leave one of them out',
  [`sign: {header: X-Sig, ${hmac}}\nheaders: {x-sig: b}`]:
    'headers.x-sig: is set by sign.header already; leave one of them out',
  [`sign: {header: a, ${hmac}, signed: "{timestamp}{body}", timestamp: {header: x-time}}\nheaders: {X-Time: b}`]:
    'headers.X-Time: is set by sign.timestamp.header already; leave one of them out',
  [`sign: {header: Authorization, ${hmac}}\nauth: {bearer: a}`]:
    'auth: sets authorization, and so does sign; leave one of them out',
};

for (const [keys, mistake] of Object.entries(contradictions)) {
  test(`a subscriber refuses ${keys.replaceAll('\n', ', ')}`, () => assert.deepEqual(mistakesWith(keys), [mistake]));
}

test('an authority is of use where only the token’s server, or the proxy, is called by https', () => {
  const oauth2 = `auth: {oauth2: {${token}}}`;
  for (const keys of [oauth2, 'proxy: https://proxy', 'proxy: file:proxy']) {
    const readSecret = (path: string) => (path === 'proxy' ? 'https://proxy' : readPem(path));
    assert.deepEqual(mistakesOf(subscriberFile(`${right}tls: {ca: certificate}\n${keys}`), { readSecret }), []);
  }
});

test('a contradiction is named beside other mistakes', () => {
  assert.deepEqual(
    mistakesWith('ordered: true\nconcurrency: 0\nrate: x').map((line) => line.split(':')[0]),
    ['concurrency', 'concurrency', 'rate'],
  );
});

test('a variable that is not set is one mistake, wherever it stands', () => {
  const variable = `"$\{UNSET}"`;
  const places = [
    ...[
      'method',
      'resume',
      'timeout',
      'concurrency',
      'ordered',
      'rate',
      'breaker',
      'proxy',
      'network',
      'auth',
      'tls',
      'sign',
    ],
    ...['retry.jitter', 'retry.maxAttempts', 'retry.giveUpOn', 'breaker.failures', 'network.allow', 'ordered.by'],
    ...['sign.secret', 'sign.privateKey', 'sign.header', 'sign.signed', 'sign.timestamp', 'auth.bearer', 'tls.ca'],
    ...['auth.basic', 'auth.oauth2.tokenUrl', 'timeout.connect'],
  ].map((keys) => keys.split('.').reduceRight((inner, key) => `{${key}: ${inner}}`, variable));
  const wheres = [
    'status: V',
    'status: [V]',
    'status: {prefix: V}',
    'device: V',
    'body: {/a: V}',
    'headers: {a: V}',
    'not: V',
  ];
  const files = [
    ...places.map((place) => subscriberFile(`url: https://host/\nreceives: [e]\n${place.slice(1, -1)}`)),
    ...wheres.map((where) => {
      const rule = where.replace('V', variable);
      return subscriberFile(`url: http://h/\nreceives: [{endpoint: e, where: {${rule}}}]`);
    }),
  ];
  for (const file of files) {
    const lines = mistakesOf(file).filter((line) => !line.includes('is missing'));
    assert.equal(lines.length, 1, file + lines.join('\n'));
    assert.match(lines.join(), /the environment variable UNSET is not set/);
  }
});

test('what a subscriber is called with is never quoted', () => {
  const hidden = 'hunter2';
  for (const keys of [
    `auth: {bearer: "${hidden}\\n"}`,
    `auth: {basic: {username: u, password: [${hidden}]}}`,
    `auth: {basic: {username: "${hidden}:x", password: p}}`,
    `auth: {oauth2: {tokenUrl: "https://u:${hidden}@h", clientId: c, clientSecret: s}}`,
    `auth: ${hidden}`,
    `proxy: ${hidden}`,
    `proxy: http://u:${hidden}@h/path`,
    `sign: {privateKey: whsk_${hidden}}`,
    `sign: {privateKey: ${hidden}}`,
    `sign: {header: a, secret: ${hidden}, algorithm: sha1, encoding: hex}`,
    `sign: {header: a, secret: ${hidden}, key: hex, algorithm: sha1, encoding: hex}`,
    `tls: {cert: "-----BEGIN ${hidden}", key: "-----BEGIN ${hidden}"}`,
  ]) {
    const lines = mistakesWith(keys, 'url: https://host/\nreceives: [e]\n');
    assert.ok(lines.length > 0, keys);
    assert.ok(!lines.join().includes(hidden), lines.join('\n'));
  }
});

function mistakesWith(keys: string, others = right): readonly string[] {
  const readSecret = (path: string) => (path === 'rsa' ? String(rsa) : readPem(path));
  const lines = mistakesOf(subscriberFile(others + keys), { readSecret });
  return lines.map((line) => line.replace(/^relay.yaml:\d+:\d+ subscribers\[0\]\./, ''));
}
