import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { KeptMessage } from '@relay/core';
import { eventually, type Receiver, type Request } from '@relay/testkit';
import { Webhook } from 'standardwebhooks';
import { createPayloads } from '../src/payloads.ts';
import { configuration, endpoint, signedWith, subscriber } from './given.ts';
import { bodies, startStation } from './station.ts';

const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
const receivedAt = Date.parse('2026-11-22T10:00:00.000Z');

/** As it would not be written again: white space, an escape, and a number that no double holds. */
const raw = String.raw`{ "username":"relay", "password":"hidden-word",
  "requestId":"request-7", "deviceIds":[{"id":"89000000000000000017","kind":"ICCID"}],
  "usage":12345678901234567890, "note":"\u00e9" }`;
const redacted = String.raw`{ "requestId":"request-7", "deviceIds":[{"id":"89000000000000000017","kind":"ICCID"}],
  "usage":12345678901234567890, "note":"\u00e9" }`;
const decoded = (id: string) =>
  `{"id":"${id}","source":"thingspace","endpoint":"carrier","account":"0000000001-00001","correlationId":"request-7",` +
  '"devices":[{"id":"89000000000000000017","kind":"iccid"}],"receivedAt":"2026-11-22T10:00:00.000Z",' +
  `"vendorAttempt":1,"contentType":"application/json; charset=utf-8","content":${redacted}}`;

const contentType = 'application/json; charset=utf-8';
const facts = { account: '0000000001-00001', correlationId: 'request-7', devices: [] };
const changes = { receivedAt, contentType, vendorAttempt: 1, facts };

/** Everything that came over the wire, heads and bodies. */
function told({ received }: Receiver): string {
  return received.map(({ headers, body }) => `${JSON.stringify(headers)}\n${body}`).join('\n');
}

function verify({ body, headers }: Request): void {
  new Webhook(secret.toString('base64')).verify(body.toString(), headers as Record<string, string>);
}

suite('payload', () => {
  test('raw, redacted and decoded: each gets its own of the same message, the same at a retry, and signed', async (t) => {
    const station = await startStation(t);
    const refusedOnce = (_request: Request, number: number) => ({ status: number === 1 ? 503 : 200 });
    const start = () => station.startReceiver(refusedOnce);
    const [billing, audit, analytics] = [await start(), await start(), await start()];
    const worker = await station.startWorker(
      configuration([
        subscriber(billing.url, { signing: signedWith(secret) }),
        subscriber(audit.url, { name: 'audit', signing: signedWith(secret), redact: true }),
        subscriber(analytics.url, { name: 'analytics', signing: signedWith(secret), payload: 'json' }),
      ]),
    );
    const id = await station.keep(raw, 'carrier', changes);
    for (const name of ['billing', 'audit', 'analytics']) await station.settled(name);

    assert.deepEqual(bodies(billing), [raw, raw]);
    assert.deepEqual(bodies(audit), [redacted, redacted]);
    assert.deepEqual(bodies(analytics), [decoded(id), decoded(id)]);
    for (const receiver of [billing, audit, analytics]) receiver.received.forEach(verify);
    for (const { received } of [billing, audit])
      assert.deepEqual(
        received.map(({ headers }) => headers['content-type']),
        [contentType, contentType],
      );
    assert.deepEqual(
      analytics.received.map(({ headers }) => headers['content-type']),
      ['application/json', 'application/json'],
    );
    for (const receiver of [audit, analytics]) assert.doesNotMatch(told(receiver), /hidden-word/);
    assert.doesNotMatch(JSON.stringify(worker.lines), /hidden-word/);
  });

  test('as a CloudEvent: in one JSON or in headers, without credentials where it asks for that, and signed', async (t) => {
    const station = await startStation(t);
    const [whole, binary] = [await station.startReceiver(), await station.startReceiver()];
    const signing = signedWith(secret);
    await station.startWorker(
      configuration([
        subscriber(whole.url, { name: 'whole', signing, payload: 'cloudevents', redact: true }),
        subscriber(binary.url, { name: 'binary', signing, payload: 'cloudevents-binary', redact: true }),
      ]),
    );
    const id = await station.keep(raw, 'carrier', changes);
    for (const name of ['whole', 'binary']) await station.settled(name);

    const attributes = {
      specversion: '1.0',
      id,
      source: '/carrier',
      type: 'callback-relay.thingspace',
      time: '2026-11-22T10:00:00.000Z',
      relayendpoint: 'carrier',
      relaysource: 'thingspace',
      subject: '89000000000000000017',
      relayaccount: '0000000001-00001',
      relaycorrelationid: 'request-7',
    };
    const head = JSON.stringify({ ...attributes, datacontenttype: contentType });
    assert.deepEqual(bodies(whole), [`${head.slice(0, -1)},"data":${redacted}}`]);
    assert.equal(whole.received[0]?.headers['content-type'], 'application/cloudevents+json');
    assert.deepEqual(bodies(binary), [redacted]);
    const headers = binary.received[0]?.headers ?? {};
    assert.equal(headers['content-type'], contentType);
    const said = Object.entries(headers).filter(([name]) => name.startsWith('ce-'));
    assert.deepEqual(
      Object.fromEntries(said),
      Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value])),
    );
    for (const receiver of [whole, binary]) {
      receiver.received.forEach(verify);
      assert.doesNotMatch(told(receiver), /hidden-word/);
    }
  });

  test('a subscriber that asks for another payload gets it from its next attempt on', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver(() => ({ status: 503 }));
    const asking = (payload: 'raw' | 'json') => configuration([subscriber(receiver.url, { payload })]);
    const worker = await station.startProcess(asking('raw'));
    const id = await station.keep(raw, 'carrier', changes);
    await eventually('an attempt', () => receiver.received.length > 0);
    worker.write(asking('json'));
    await eventually('it is in force', () => worker.linesOf('configuration.applied').length === 2);
    receiver.answer(() => ({ status: 200 }));
    await station.settled();
    assert.equal(bodies(receiver).at(-1), decoded(id));
    assert.deepEqual(new Set(bodies(receiver)), new Set([raw, decoded(id)]));
  });
});

suite('payloads', () => {
  const kept: KeptMessage = {
    id: 'carrier-1700000000000-0-abcd',
    endpoint: 'carrier',
    ordinal: 1,
    receivedAt,
    contentType,
    vendorAttempt: 1,
    account: '0000000001-00001',
    service: undefined,
    type: undefined,
    correlationId: 'request-7',
    status: undefined,
    body: Buffer.from(raw),
  };

  test('a raw payload is the message itself: nothing is copied for it', () => {
    const { payloadOf } = createPayloads();
    assert.equal(payloadOf({ payload: 'raw', redact: false }, kept), kept);
  });

  test('an endpoint that has left the configuration is still read as before', () => {
    const { learn, sourceOf, payloadOf } = createPayloads();
    learn([endpoint('carrier')]);
    learn([endpoint('alerts')]);
    assert.equal(sourceOf('carrier'), 'thingspace');
    assert.equal(payloadOf({ payload: 'json', redact: false }, kept).body.toString(), decoded(kept.id));
  });

  test('a message of an endpoint that nobody ever knew does not go out in another form', () => {
    const { payloadOf } = createPayloads();
    assert.throws(() => payloadOf({ payload: 'json', redact: false }, kept), /nobody knows the source of carrier/);
    assert.throws(() => payloadOf({ payload: 'raw', redact: true }, kept), /nobody knows the source of carrier/);
    for (const payload of ['cloudevents', 'cloudevents-binary'] as const)
      assert.throws(() => payloadOf({ payload, redact: false }, kept), /nobody knows the source of carrier/);
  });
});
