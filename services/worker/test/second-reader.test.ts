import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Endpoint, type Hmac, none, type Signing } from '@relay/core';
import { createDelivery } from '@relay/delivery';
import { createSource } from '@relay/sources';
import { type Request, startReceiver } from '@relay/testkit';
import { endpoint, subscriber } from './given.ts';

type HmacSigning = Extract<Signing, { readonly kind: 'hmac' }>;

/** What a relay behind this one would be told in `verify.hmac`, in the words of `sign`. */
function verifyOf({ signed, timestamp, header, keys, ...rest }: HmacSigning): Hmac {
  return {
    header,
    keys,
    algorithm: rest.algorithm,
    encoding: rest.encoding,
    prefix: rest.prefix,
    separator: timestamp?.header === header ? timestamp.separator : rest.separator,
    signed: signed.map((part) => (part === 'id' ? { header: 'webhook-id' } : part)),
    ...(timestamp && { timestamp: { ...timestamp, toleranceMs: 300_000 } }),
  };
}

async function sent(t: TestContext, signing: Signing): Promise<Request> {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const delivery = createDelivery({
    userAgentVersion: '0.1.0',
    sourceOf: () => 'thingspace',
    payloadOf: (_subscriber, message) => message,
  });
  t.after(() => delivery.close());
  const message = {
    id: 'carrier-1700000000000-0-abcd',
    endpoint: 'carrier',
    ordinal: 1,
    receivedAt: 1_700_000_000_000,
    contentType: 'application/octet-stream',
    vendorAttempt: undefined,
    account: undefined,
    service: undefined,
    type: undefined,
    correlationId: undefined,
    status: undefined,
    body: Buffer.from([0xff, 0x00, 0xfe, 0x80, 0xc3]),
  } as const;
  await delivery.attempt(subscriber(receiver.url, { signing }), message, none);
  const [request] = receiver.received;
  assert.ok(request);
  return request;
}

function accepts(hmac: Hmac, { headers, path, at }: Request, body: Buffer): boolean {
  const generic: Endpoint = { ...endpoint(), source: 'generic', verify: { credentials: [], allow: [], hmac } };
  return 'messages' in createSource(generic).read({ body, headers, ip: '127.0.0.1', at, target: path });
}

const base = {
  kind: 'hmac',
  header: 'x-signature',
  algorithm: 'sha256',
  encoding: 'hex',
  prefix: '',
  keys: [Buffer.from('the new secret'), Buffer.from('the old secret')],
  separator: ',',
  signed: ['body'],
} as const satisfies HmacSigning;

const styles: Readonly<Record<string, HmacSigning>> = {
  GitHub: { ...base, header: 'x-hub-signature-256', prefix: 'sha256=' },
  Stripe: {
    ...base,
    header: 'stripe-signature',
    prefix: 'v1=',
    signed: ['timestamp', { text: '.' }, 'body'],
    timestamp: { header: 'stripe-signature', prefix: 't=', separator: ',' },
  },
  Slack: {
    ...base,
    header: 'x-slack-signature',
    prefix: 'v0=',
    signed: [{ text: 'v0:' }, 'timestamp', { text: ':' }, 'body'],
    timestamp: { header: 'x-slack-request-timestamp', prefix: '', separator: '' },
  },
  'Standard Webhooks': {
    ...base,
    header: 'x-signature',
    encoding: 'base64',
    prefix: 'v1,',
    separator: ' ',
    signed: ['id', { text: '.' }, 'timestamp', { text: '.' }, 'body'],
    timestamp: { header: 'x-timestamp', prefix: '', separator: '' },
  },
};

for (const [style, signing] of Object.entries(styles)) {
  test(`a relay takes what another signs in the style of ${style}, by either secret, and nothing else`, async (t) => {
    const request = await sent(t, signing);
    const verify = verifyOf(signing);
    for (const key of signing.keys) assert.equal(accepts({ ...verify, keys: [key] }, request, request.body), true);
    assert.equal(accepts({ ...verify, keys: [Buffer.from('another')] }, request, request.body), false);
    assert.equal(accepts(verify, request, Buffer.from([...request.body, 0])), false);
  });
}
