import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { suite, test } from 'node:test';
import type { Hmac, Received, Refusal } from '@relay/core';
import fc from 'fast-check';
import { createGate } from '../src/gate.ts';

const key = Buffer.from('a-key-of-some-length');
const nextKey = Buffer.from('the-next-key');
const at = 1_700_000_000_000;
const path = '/hook';
const url = 'https://hooks.example.com/hook';
const body = Buffer.from('{"a": "ü"}');

const plain: Hmac = {
  header: 'x-signature',
  keys: [key],
  algorithm: 'sha256',
  encoding: 'hex',
  prefix: '',
  separator: '',
  signed: ['body'],
};

function gate(received: Partial<Received>, changes: Partial<Hmac> = {}): Refusal | undefined {
  const verify = { credentials: [], allow: [], hmac: { ...plain, ...changes } };
  const { verifySignature } = createGate({ path, verify, url });
  return verifySignature({ body, headers: {}, ip: '192.0.2.1', at, target: path, ...received });
}

function signature(signed: string | Buffer = body, { algorithm, encoding, keys: [first = key] }: Hmac = plain): string {
  return createHmac(algorithm, first).update(signed).digest(encoding);
}

function signedBy(text: string | string[]): Partial<Received> {
  return { headers: { 'x-signature': text } };
}

function passes(received: Partial<Received>, changes: Partial<Hmac> = {}): void {
  assert.equal(gate(received, changes), undefined);
}

/** Refused, with a sentence that names this key. */
function fails(received: Partial<Received>, changes: Partial<Hmac> = {}, named = 'verify.hmac'): void {
  const refusal = gate(received, changes);
  assert.equal(refusal?.code, 'unauthorized');
  assert.ok(refusal.detail.includes(named), refusal.detail);
  assert.doesNotMatch(refusal.detail, /a-key-of|next-key|[0-9a-f]{8}/);
}

suite('the signature', () => {
  for (const algorithm of ['sha1', 'sha256', 'sha512'] as const) {
    for (const encoding of ['hex', 'base64'] as const) {
      test(`may be ${algorithm} in ${encoding}, and is no other then`, () => {
        const how = { algorithm, encoding };
        passes(signedBy(signature(body, { ...plain, ...how })), how);
        for (const other of [
          { ...how, algorithm: algorithm === 'sha1' ? 'sha256' : 'sha1' } as const,
          { ...how, encoding: encoding === 'hex' ? 'base64' : 'hex' } as const,
        ]) {
          fails(signedBy(signature(body, { ...plain, ...other })), how);
        }
      });
    }
  }

  test('in hex may be in either case, in base64 not', () => {
    passes(signedBy(signature().toUpperCase()));
    const base64 = { ...plain, encoding: 'base64' } as const;
    fails(signedBy(signature(body, base64).toUpperCase()), base64);
  });

  test('in base64 may go without padding, and have the alphabet of URLs', () => {
    const base64 = { ...plain, encoding: 'base64' } as const;
    for (const n of Array.from({ length: 20 }, (_, n) => n)) {
      const [signed, given] = [Buffer.from(`body ${n}`), signature(`body ${n}`, base64)];
      const inUrls = given.replaceAll('+', '-').replaceAll('/', '_');
      for (const written of [given, inUrls, inUrls.replaceAll('=', '')]) {
        passes({ body: signed, ...signedBy(written) }, base64);
      }
    }
  });

  const right = signature();
  const wrong: Record<string, Partial<Received>> = {
    missing: {},
    empty: signedBy(''),
    'of white space': signedBy('  '),
    'of another body': signedBy(signature(`${body} `)),
    'of an empty body': signedBy(signature('')),
    'by another key': signedBy(signature(body, { ...plain, keys: [nextKey] })),
    'with a digit less': signedBy(right.slice(1)),
    'with a digit more': signedBy(`${right}0`),
    'with something behind it': signedBy(`${right} x`),
    'with a prefix that is not asked for': signedBy(`sha256=${right}`),
    'of zeros': signedBy('0'.repeat(right.length)),
    'of no hex': signedBy('z'.repeat(right.length)),
    'there twice': signedBy([right, right]),
    'twice in one header': signedBy(`${right}, ${right}`),
    'in another header': { headers: { 'x-signatures': right } },
    'in the query': { target: `${path}?x-signature=${right}` },
  };
  for (const [what, received] of Object.entries(wrong)) {
    test(`${what} is unauthorized`, () => fails(received));
  }

  for (const [what, garbage] of Object.entries({
    'with letters that are none': (text: string) => `${text.slice(0, 8)}!${text.slice(8)}`,
    'with padding in its middle': (text: string) => `${text.slice(0, 8)}=${text.slice(8)}`,
    'with too much padding': (text: string) => `${text}==`,
    'with other bits where they do not count': (text: string) => text.replace(/(.)=$/, nextLetter),
  })) {
    test(`in base64 ${what} is unauthorized`, () => {
      const how = { encoding: 'base64' } as const;
      const signed = Array.from({ length: 50 }, (_, n) => Buffer.from(`body ${n}`)).find((text) =>
        /[+].*[/]/.test(signature(text, { ...plain, ...how })),
      );
      assert.ok(signed);
      const given = signature(signed, { ...plain, ...how });
      passes({ body: signed, ...signedBy(given) }, how);
      assert.notEqual(garbage(given), given);
      fails({ body: signed, ...signedBy(garbage(given)) }, how);
    });
  }
});

/** The last letter before the padding carries four bits of the digest and two of nothing. */
function nextLetter(_: string, letter: string): string {
  return `${String.fromCharCode(letter.charCodeAt(0) + 1)}=`;
}

suite('several', () => {
  const others = { prefix: 'v1=', separator: ',' };

  test('keys: any passes, so that they can be changed', () => {
    const keys = [nextKey, key];
    passes(signedBy(signature()), { keys });
    passes(signedBy(signature(body, { ...plain, keys: [nextKey] })), { keys });
    fails(signedBy(signature(body, { ...plain, keys: [Buffer.from('another')] })), { keys });
  });

  test('signatures: any passes, wherever it stands', () => {
    const wrong = signature('another body');
    passes(signedBy(`v1=${signature()}`), others);
    passes(signedBy(`t=1, v0=${wrong} , v1=${wrong},v1=${signature()},,`), others);
    fails(signedBy(`v1=${wrong},v1=${wrong}`), others);
  });

  test('signatures under another prefix do not count', () => {
    fails(signedBy(`v0=${signature()}`), others, 'verify.hmac.header');
    fails(signedBy(`V1=${signature()}`), others, 'verify.hmac.header');
    fails(signedBy(signature()), others, 'verify.hmac.header');
    fails(signedBy('v1=,v1= '), others, 'verify.hmac.header');
  });

  test('signatures beyond the sixteenth are not looked at', () => {
    const wrong = Array.from({ length: 15 }, () => `v1=${signature('another body')}`);
    passes(signedBy([...wrong, `v1=${signature()}`].join(',')), others);
    fails(signedBy([...wrong, 'v1=0', `v1=${signature()}`].join(',')), others);
  });
});

suite('what is signed', () => {
  test('is the text with everything put in', () => {
    const signed = Buffer.concat([Buffer.from('v0:1700000000:é.'), body, Buffer.from(':')]);
    const changes: Partial<Hmac> = {
      signed: [{ text: 'v0:' }, 'timestamp', { text: ':' }, { header: 'x-id' }, { text: '.' }, 'body', { text: ':' }],
      timestamp: { header: 'x-time', prefix: '', separator: '', toleranceMs: 1000 },
    };
    const headers = {
      'x-signature': signature(signed),
      'x-time': '1700000000',
      'x-id': Buffer.from('é').toString('latin1'),
    };
    passes({ headers }, changes);
    for (const lacking of [{ 'x-id': undefined }, { 'x-id': ['é'] }, { 'x-id': '' }]) {
      fails({ headers: { ...headers, ...lacking } }, changes, 'verify.hmac.signed');
    }
    const without = signature(Buffer.concat([Buffer.from('v0:1700000000:.'), body, Buffer.from(':')]));
    for (const nothing of [undefined, '']) {
      fails({ headers: { ...headers, 'x-signature': without, 'x-id': nothing } }, changes, 'verify.hmac.signed');
    }
    fails({ headers: { ...headers, 'x-id': 'e' } }, changes);
    fails({ headers: { ...headers, 'x-time': '1700000001' } }, changes);
  });

  test('is the body byte for byte, whether it is text or not', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from([0xff, 0x00, 0xc3]), Buffer.from('\uFEFF{}')]) {
      passes({ body: bytes, ...signedBy(signature(bytes)) });
    }
  });

  test('is the public URL with the query letter by letter, and what stands behind the path', () => {
    const changes: Partial<Hmac> = { signed: ['url', { text: '.' }, 'body'] };
    for (const rest of ['', '?', '?a=%41+b&a', '/a-secret?x=/']) {
      const text = Buffer.concat([Buffer.from(`${url}${rest}.`), body]);
      passes({ ...signedBy(signature(text)), target: path + rest }, changes);
      fails({ ...signedBy(signature(text)), target: `${path + rest}&` }, changes);
    }
    const whole = signature(Buffer.concat([Buffer.from(`${url}.`), body]));
    for (const target of ['http://other.example.com/hook', '/hood', '']) {
      fails({ ...signedBy(whole), target }, changes);
    }
  });

  test('with nothing between URL and body is not taken from a URL with a query, whose end could wander into the body', () => {
    for (const signed of [['url', 'body'] as const, ['body', 'url'] as const]) {
      const texts = { url: Buffer.from(url), body: Buffer.from(body) };
      const genuine = signedBy(signature(Buffer.concat(signed.map((part) => texts[part]))));
      passes(genuine, { signed });
      const queried = { ...texts, url: Buffer.from(`${url}?a=1`) };
      const moved = signedBy(signature(Buffer.concat(signed.map((part) => queried[part]))));
      fails({ ...moved, target: `${path}?a=1` }, { signed });
    }
  });

  test('may be the URL alone when the body’s hash stands in it', () => {
    const changes: Partial<Hmac> = { signed: ['url'], bodyHashQuery: 'bodySHA256' };
    const hash = createHash('sha256').update(body).digest('hex');
    const sent = (query: string): Partial<Received> => ({ target: path + query, ...signedBy(signature(url + query)) });
    passes(sent(`?bodySHA256=${hash}`), changes);
    passes(sent(`?a=1&bodySHA256=${hash.toUpperCase()}`), changes);
    for (const query of ['', '?bodySHA256=', '?bodySHA256', `?bodysha256=${hash}`, `?bodySHA256=${hash.slice(1)}`]) {
      fails(sent(query), changes, 'verify.hmac.bodyHashQuery');
    }
    fails(sent(`?bodySHA256=${hash}&bodySHA256=${hash}`), changes, 'verify.hmac.bodyHashQuery');
    fails({ ...sent(`?bodySHA256=${hash}`), body: Buffer.from('{}') }, changes, 'verify.hmac.bodyHashQuery');
    fails({ ...sent(`?bodySHA256=${hash}`), target: `${path}?bodySHA256=${hash}&more` }, changes);
  });
});

suite('the time of signing', () => {
  const changes: Partial<Hmac> = {
    prefix: 'v1=',
    separator: ',',
    signed: ['timestamp', { text: '.' }, 'body'],
    timestamp: { header: 'x-signature', prefix: 't=', separator: ',', toleranceMs: 300_000 },
  };
  const sent = (...times: string[]) =>
    signedBy(`${times.map((time) => `t=${time},`).join('')}v1=${signature(`${times[0]}.${body}`)}`);

  for (const time of ['1700000000', '1699999700', '1700000300', '1700000000000', '1700000300000', '01700000000']) {
    test(`${time} is fresh`, () => passes(sent(time), changes));
  }
  for (const time of [
    '1699999699',
    '1700000301',
    '1699999699999',
    '1700000300001',
    '0',
    '9'.repeat(16),
    '9'.repeat(400),
    '-1700000000',
    '1700000000.5',
    '1.7e9',
    '0x6553f100',
    '1 700000000',
    'now',
    'NaN',
  ]) {
    test(`${time.slice(0, 20)} is not`, () => fails(sent(time), changes, 'verify.hmac.timestamp.tolerance'));
  }

  test('is needed, once', () => {
    fails(signedBy(`v1=${signature(`.${body}`)}`), changes, 'verify.hmac.timestamp');
    fails(signedBy(`t=,v1=${signature(`.${body}`)}`), changes, 'verify.hmac.timestamp');
    fails(sent('1700000000', '1700000001'), changes, 'verify.hmac.timestamp');
    fails(sent('1700000000', '1700000000'), changes, 'verify.hmac.timestamp');
  });

  test('is signed: a later one makes an old signature no newer', () => {
    fails(signedBy(`t=1700000000,v1=${signature(`1600000000.${body}`)}`), changes);
  });
});

suite('half configured', () => {
  const timestamp = { header: 'x-time', prefix: '', separator: '', toleranceMs: 1000 };
  const halves: [string, Partial<Hmac>, RegExp][] = [
    ['no key', { keys: [] }, /verify\.hmac\.secret/],
    ['an empty key', { keys: [key, Buffer.alloc(0)] }, /verify\.hmac\.secret/],
    ['no body signed', { signed: [{ header: 'x-id' }] }, /\{body\}/],
    ['nothing signed', { signed: [] }, /\{body\}/],
    ['a URL without the body’s hash', { signed: ['url'] }, /bodyHashQuery/],
    ['the body’s hash without the URL', { signed: [{ text: 'x' }], bodyHashQuery: 'h' }, /\{url\}/],
    ['a timestamp that is not signed', { timestamp }, /\{timestamp\}/],
    ['a timestamp that is nowhere', { signed: ['timestamp', { text: '.' }, 'body'] }, /verify\.hmac\.timestamp/],
  ];
  for (const [what, changes, message] of halves) {
    test(`${what} is refused when the endpoint is prepared`, () => assert.throws(() => gate({}, changes), { message }));
  }

  test('a signed URL is refused when nobody knows the public one', () => {
    const hmac: Hmac = { ...plain, signed: ['url', 'body'] };
    const verify = { credentials: [], allow: [], hmac };
    assert.throws(() => createGate({ path, verify }), { message: /ingest\.publicUrl/ });
  });
});

suite('any request', () => {
  const timestamp = { header: 'x-time', prefix: '', separator: '', toleranceMs: 1000 };
  const everything: Partial<Hmac> = {
    separator: ',',
    signed: ['timestamp', 'url', { header: 'x-id' }, { text: '.' }, 'body'],
    timestamp,
    bodyHashQuery: 'h',
  };

  test('makes nothing throw, and passes with no signature', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.string()),
      fc.constant('1700000000'),
      fc.constant(undefined),
    );
    const any = fc.record({
      headers: fc.record({ 'x-signature': text, 'x-time': text, 'x-id': text }),
      target: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.webQueryParameters().map((query) => `${path}?h=${query}`),
      ),
      body: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    });
    for (const changes of [{}, { encoding: 'base64' } as const, everything]) {
      fc.assert(fc.property(any, (received) => gate(received, changes)?.code === 'unauthorized'));
    }
  });

  test('with a changed byte in what is signed does not pass', () => {
    const given = fc.record({
      bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      place: fc.nat(),
      bits: fc.integer({ min: 1, max: 255 }),
    });
    fc.assert(
      fc.property(given, ({ bytes, place, bits }) => {
        const sent = Buffer.from(bytes);
        const changed = Buffer.from(bytes);
        const spot = place % bytes.length;
        changed[spot] = (changed[spot] ?? 0) ^ bits;
        const headers = signedBy(signature(sent));
        passes({ body: sent, ...headers });
        fails({ body: changed, ...headers });
      }),
    );
  });
});
