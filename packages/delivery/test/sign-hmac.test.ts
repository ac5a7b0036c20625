import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { none, type Signing } from '@relay/core';
import { startReceiver } from '@relay/testkit';
import { givenDelivery, givenMessage, givenSubscriber } from './given.ts';

type Hmac = Extract<Signing, { readonly kind: 'hmac' }>;

function signing(changes: Partial<Hmac>): Hmac {
  return {
    kind: 'hmac',
    header: 'x-signature',
    algorithm: 'sha256',
    encoding: 'hex',
    prefix: '',
    keys: [Buffer.from('a secret')],
    separator: '',
    signed: ['body'],
    ...changes,
  };
}

async function delivered(t: TestContext, changes: Partial<Hmac>, body: string | Buffer, atS = 1_700_000_000) {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const delivery = givenDelivery(t, { clock: () => atS * 1000 + 999 });
  const subscriber = givenSubscriber(receiver.url, { signing: signing(changes) });
  await delivery.attempt(subscriber, givenMessage({ body: Buffer.from(body) }), none);
  const [request] = receiver.received;
  assert.ok(request);
  return { headers: request.headers as Record<string, string>, body: request.body };
}

function hex(key: string, ...pieces: readonly (string | Buffer)[]): string {
  return createHmac('sha256', key)
    .update(Buffer.concat(pieces.map((piece) => Buffer.from(piece))))
    .digest('hex');
}

const github: Partial<Hmac> = { header: 'x-hub-signature-256', prefix: 'sha256=' };
const stripe: Partial<Hmac> = {
  header: 'stripe-signature',
  prefix: 'v1=',
  separator: ',',
  signed: ['timestamp', { text: '.' }, 'body'],
  timestamp: { header: 'stripe-signature', prefix: 't=', separator: ',' },
};
const slack: Partial<Hmac> = {
  header: 'x-slack-signature',
  prefix: 'v0=',
  signed: [{ text: 'v0:' }, 'timestamp', { text: ':' }, 'body'],
  timestamp: { header: 'x-slack-request-timestamp', prefix: '', separator: '' },
};

test("in GitHub's style: the example that GitHub publishes", async (t) => {
  const keys = [Buffer.from("It's a Secret to Everybody")];
  const { headers } = await delivered(t, { ...github, keys }, 'Hello, World!');
  assert.equal(
    headers['x-hub-signature-256'],
    'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
  );
  assert.equal('webhook-signature' in headers, false);
});

test("in Slack's style: the example that Slack publishes", async (t) => {
  const body =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar' +
    '&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com' +
    '%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
  const keys = [Buffer.from('8f742231b10e8888abcd99yyyzzz85a5')];
  const { headers } = await delivered(t, { ...slack, keys }, body, 1_531_420_618);
  assert.equal(headers['x-slack-request-timestamp'], '1531420618');
  assert.equal(headers['x-slack-signature'], 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503');
});

test("in Stripe's style: the time and a signature for each secret in one header, as Stripe says how to verify it", async (t) => {
  const keys = [Buffer.from('whsec_new'), Buffer.from('whsec_old')];
  const { headers, body } = await delivered(t, { ...stripe, keys }, '{"id":"evt_1","note":"äöü"}');
  // Apart at the commas, each part at its first equals sign; the time and a point stand before the body.
  const parts = (headers['stripe-signature'] ?? '').split(',').map((part) => part.split('='));
  const valuesOf = (name: string) => parts.filter(([key]) => key === name).map(([, value]) => value);
  assert.deepEqual(parts[0], ['t', '1700000000']);
  assert.deepEqual(valuesOf('v1'), [hex('whsec_new', '1700000000.', body), hex('whsec_old', '1700000000.', body)]);
});

const notUtf8 = Buffer.from([0xff, 0x00, 0xfe, 0x80, 0xc3]);

test('a body is signed as the bytes that go out', async (t) => {
  const { headers, body } = await delivered(t, {}, notUtf8);
  assert.deepEqual(body, notUtf8);
  assert.equal(headers['x-signature'], hex('a secret', notUtf8));
});

for (const algorithm of ['sha1', 'sha256', 'sha512'] as const) {
  for (const encoding of ['hex', 'base64'] as const) {
    test(`with ${algorithm} in ${encoding}`, async (t) => {
      const { headers } = await delivered(t, { algorithm, encoding }, notUtf8);
      assert.equal(headers['x-signature'], createHmac(algorithm, 'a secret').update(notUtf8).digest(encoding));
    });
  }
}

test('what is signed is put together in the order given, the message id too', async (t) => {
  const signed: Hmac['signed'] = ['id', { text: '|' }, 'body', { text: '|' }, 'timestamp', 'timestamp'];
  const { headers } = await delivered(t, { signed }, 'x');
  assert.equal(headers['x-signature'], hex('a secret', `${headers['webhook-id']}|x|17000000001700000000`));
});

test('several keys sign in the order given', async (t) => {
  const keys = [Buffer.from('new key!'), Buffer.from('old key!')];
  const { headers } = await delivered(t, { keys, prefix: 'p=', separator: '; ' }, 'x');
  assert.equal(headers['x-signature'], `p=${hex('new key!', 'x')}; p=${hex('old key!', 'x')}`);
});
