import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { suite, test } from 'node:test';
import type { Endpoint, Facts, Received } from '@relay/core';
import { createSource } from '../src/index.ts';

/** The endpoints of docs/generic.md, and callbacks as their vendors' documentation says that they are signed. */
interface Example {
  readonly endpoint: Omit<Endpoint, 'source' | 'account' | 'service' | 'dedupMs'>;
  readonly key: string;
  readonly body: string;
  sign(sent: { body: Buffer; key: string; seconds: number }): Pick<Received, 'headers' | 'target'>;
  /** Where the signature stands. */
  readonly header: string;
  readonly stamped: boolean;
  readonly facts: Omit<Facts, 'devices'>;
}

const now = 1_700_000_000;

const examples: Readonly<Record<string, Example>> = {
  GitHub: {
    endpoint: {
      name: 'github',
      path: '/github',
      verify: {
        credentials: [],
        allow: [],
        hmac: {
          header: 'x-hub-signature-256',
          keys: [Buffer.from("It's a Secret to Everybody")],
          algorithm: 'sha256',
          encoding: 'hex',
          prefix: 'sha256=',
          separator: '',
          signed: ['body'],
        },
      },
      naming: { dedupKey: [{ header: 'x-github-delivery' }], type: [{ header: 'x-github-event' }] },
    },
    key: "It's a Secret to Everybody",
    body: '{"action":"opened"}',
    sign: ({ body, key }) => ({
      headers: {
        'content-type': 'application/json',
        'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
        'x-github-event': 'issues',
        'x-hub-signature-256': `sha256=${createHmac('sha256', key).update(body).digest('hex')}`,
      },
      target: '/github',
    }),
    header: 'x-hub-signature-256',
    stamped: false,
    facts: { type: 'issues' },
  },

  Stripe: {
    endpoint: {
      name: 'stripe',
      path: '/stripe',
      verify: {
        credentials: [],
        allow: [],
        hmac: {
          header: 'stripe-signature',
          keys: [Buffer.from('whsec_test_secret')],
          algorithm: 'sha256',
          encoding: 'hex',
          prefix: 'v1=',
          separator: ',',
          signed: ['timestamp', { text: '.' }, 'body'],
          timestamp: { header: 'stripe-signature', prefix: 't=', separator: ',', toleranceMs: 300_000 },
        },
      },
      naming: {
        dedupKey: [{ pointer: '/id' }],
        correlationId: [{ pointer: '/data/object/id' }],
        type: [{ pointer: '/type' }],
      },
    },
    key: 'whsec_test_secret',
    body: '{"id":"evt_1","type":"invoice.paid","data":{"object":{"id":"in_1"}}}',
    sign({ body, key, seconds }) {
      const v1 = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
      const v0 = createHmac('sha256', 'another').update(`${seconds}.${body}`).digest('hex');
      return { headers: { 'stripe-signature': `t=${seconds},v1=${v1},v0=${v0}` }, target: '/stripe' };
    },
    header: 'stripe-signature',
    stamped: true,
    facts: { type: 'invoice.paid', correlationId: 'in_1' },
  },

  Shopify: {
    endpoint: {
      name: 'shopify',
      path: '/shopify',
      verify: {
        credentials: [],
        allow: [],
        hmac: {
          header: 'x-shopify-hmac-sha256',
          keys: [Buffer.from('a-client-secret')],
          algorithm: 'sha256',
          encoding: 'base64',
          prefix: '',
          separator: '',
          signed: ['body'],
        },
      },
      naming: {
        dedupKey: [{ header: 'x-shopify-topic' }, { header: 'x-shopify-event-id' }],
        correlationId: [{ pointer: '/id' }],
        type: [{ header: 'x-shopify-topic' }],
      },
    },
    key: 'a-client-secret',
    body: '{"id":820982911946154508,"email":"jon@example.com"}',
    sign: ({ body, key }) => ({
      headers: {
        'x-shopify-topic': 'orders/create',
        'x-shopify-event-id': '98880550-7158-44d4-b7cd-2c97c8a091b5',
        'x-shopify-hmac-sha256': createHmac('sha256', key).update(body).digest('base64'),
      },
      target: '/shopify',
    }),
    header: 'x-shopify-hmac-sha256',
    stamped: false,
    facts: { type: 'orders/create', correlationId: '820982911946154508' },
  },

  Twilio: {
    endpoint: {
      name: 'twilio',
      path: '/twilio',
      url: 'https://hooks.example.com/twilio',
      verify: {
        credentials: [],
        allow: [],
        hmac: {
          header: 'x-twilio-signature',
          keys: [Buffer.from('an-auth-token')],
          algorithm: 'sha1',
          encoding: 'base64',
          prefix: '',
          separator: '',
          signed: ['url'],
          bodyHashQuery: 'bodySHA256',
        },
      },
      naming: { type: [{ pointer: '/0/type' }] },
    },
    key: 'an-auth-token',
    body: '[{"id":"EZ1","type":"com.twilio.messaging.message.sent"}]',
    sign({ body, key }) {
      const query = `?bodySHA256=${createHash('sha256').update(body).digest('hex')}`;
      const signature = createHmac('sha1', key).update(`https://hooks.example.com/twilio${query}`).digest('base64');
      return { headers: { 'x-twilio-signature': signature }, target: `/twilio${query}` };
    },
    header: 'x-twilio-signature',
    stamped: false,
    facts: { type: 'com.twilio.messaging.message.sent' },
  },

  'Standard Webhooks': {
    endpoint: {
      name: 'standard',
      path: '/standard',
      verify: {
        credentials: [],
        allow: [],
        hmac: {
          header: 'webhook-signature',
          keys: [Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')],
          algorithm: 'sha256',
          encoding: 'base64',
          prefix: 'v1,',
          separator: ' ',
          signed: [{ header: 'webhook-id' }, { text: '.' }, 'timestamp', { text: '.' }, 'body'],
          timestamp: { header: 'webhook-timestamp', prefix: '', separator: '', toleranceMs: 300_000 },
        },
      },
      naming: { dedupKey: [{ header: 'webhook-id' }], type: [{ pointer: '/type' }] },
    },
    key: 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    body: '{"type":"contact.created","data":{"id":"1f81eb52"}}',
    sign({ body, key, seconds }) {
      const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
      const [v1, other] = [key, 'C2FVsBQIhrscChlQIMV+b5sSYspob7oD'].map((secret) =>
        createHmac('sha256', Buffer.from(secret, 'base64')).update(`${id}.${seconds}.${body}`).digest('base64'),
      );
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': `v1,${other} v1a,asymmetric v1,${v1}`,
      };
      return { headers, target: '/standard' };
    },
    header: 'webhook-signature',
    stamped: true,
    facts: { type: 'contact.created' },
  },
};

for (const [vendor, { endpoint, key, body, sign, header, stamped, facts }] of Object.entries(examples)) {
  suite(vendor, () => {
    const source = createSource({ ...endpoint, source: 'generic', account: undefined, service: undefined, dedupMs: 1 });
    const signed = (how: { body?: string; key?: string; seconds?: number } = {}) =>
      sign({ key, seconds: now, ...how, body: Buffer.from(how.body ?? body) });
    const read = (changes: Partial<Received>) =>
      source.read({ body: Buffer.from(body), ip: '192.0.2.1', at: now * 1000, ...signed(), ...changes });
    const codeOf = (changes: Partial<Received>) => {
      const reading = read(changes);
      return 'refusal' in reading ? reading.refusal.code : undefined;
    };

    test('a genuine callback passes and is named', () => {
      const reading = read({});
      assert.ok('messages' in reading, JSON.stringify(reading));
      assert.deepEqual(reading.messages[0]?.facts, { devices: [], ...facts });
    });

    test('the same bytes signed for another body are refused', () => {
      assert.equal(codeOf({ body: Buffer.from(`${body} `) }), 'unauthorized');
      assert.equal(codeOf(signed({ body: `${body} ` })), 'unauthorized');
    });

    test('another key is refused', () => {
      assert.equal(codeOf(signed({ key: `${key.slice(0, -1)}A` })), 'unauthorized');
    });

    test('no signature, an empty one or half of one is refused', () => {
      const { headers } = signed();
      const signature = String(headers[header]);
      for (const given of [undefined, '', ' ', signature.slice(0, signature.length / 2), [signature, signature]]) {
        assert.equal(codeOf({ headers: { ...headers, [header]: given } }), 'unauthorized');
      }
    });

    test('an old callback, or one from the future, is refused where it says when it was signed', () => {
      for (const seconds of [now - 301, now + 301]) {
        assert.equal(codeOf(signed({ seconds })), stamped ? 'unauthorized' : undefined);
      }
      assert.equal(codeOf(signed({ seconds: now - 300 })), undefined);
    });
  });
}

suite('a vendor with a password and known addresses', () => {
  const source = createSource({
    name: 'data-streamer',
    source: 'generic',
    path: '/data-streamer',
    account: undefined,
    service: undefined,
    dedupMs: 1,
    verify: {
      credentials: [],
      allow: ['198.51.100.0/24'],
      basic: [{ username: 'relay', password: 'a-long-password' }],
    },
  });
  const codeOf = (ip: string, pair: string) => {
    const headers = { authorization: `Basic ${btoa(pair)}` };
    const reading = source.read({ body: Buffer.from('[]'), headers, ip, at: 0, target: '/data-streamer' });
    return 'refusal' in reading ? reading.refusal.code : undefined;
  };

  test('passes with both', () => assert.equal(codeOf('198.51.100.7', 'relay:a-long-password'), undefined));
  test('is refused with one of the two', () => {
    assert.equal(codeOf('198.51.100.7', 'relay:wrong'), 'unauthorized');
    assert.equal(codeOf('203.0.113.7', 'relay:a-long-password'), 'address-not-allowed');
  });
});

test('GitHub’s published signature passes', () => {
  const { endpoint } = examples.GitHub ?? {};
  assert.ok(endpoint);
  const source = createSource({ ...endpoint, source: 'generic', account: undefined, service: undefined, dedupMs: 1 });
  const headers = {
    'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
  };
  const reading = source.read({ body: Buffer.from('Hello, World!'), headers, ip: '', at: 0, target: '/github' });
  assert.ok('messages' in reading);
});
