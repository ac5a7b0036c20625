import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Endpoint, Message, Received } from '@relay/core';
import fc from 'fast-check';
import { createSource } from '../src/index.ts';

function endpointWith(changes: Partial<Endpoint> = {}): Endpoint {
  return {
    name: 'other',
    source: 'generic',
    path: '/other',
    account: 'mine',
    service: 'Other',
    verify: { credentials: [], allow: [] },
    dedupMs: 86_400_000,
    ...changes,
  };
}

function messageOf(received: Partial<Received> = {}, changes: Partial<Endpoint> = {}): Message {
  const reading = createSource(endpointWith(changes)).read({
    body: Buffer.from('{"id":"1"}'),
    headers: { 'content-type': 'application/json', 'x-id': 'an-id', 'x-type': 'news' },
    ip: '192.0.2.1',
    at: 1_700_000_000_000,
    target: '/other',
    ...received,
  });
  assert.ok('messages' in reading && reading.messages.length === 1);
  const [message] = reading.messages;
  assert.ok(message);
  return message;
}

function digestOf(received: Partial<Received> = {}, changes: Partial<Endpoint> = {}): string {
  return messageOf(received, changes).digest.toString('hex');
}

suite('a callback', () => {
  const bodies: [string, Buffer][] = [
    ['empty', Buffer.alloc(0)],
    ['text', Buffer.from('anything')],
    ['bytes', Buffer.from([0xff, 0x00])],
    ['a form', Buffer.from('a=1')],
    ['half JSON', Buffer.from('{"a":')],
  ];
  for (const [what, body] of bodies) {
    test(`that is ${what} is one message with its bytes untouched`, () => {
      for (const headers of [{}, { 'content-type': 'text/plain' }]) {
        const message = messageOf({ body, headers });
        assert.deepEqual(message.body, body);
        assert.equal(message.contentType, headers['content-type']);
        assert.equal(message.receivedAt, 1_700_000_000_000);
        assert.equal(message.vendorAttempt, undefined);
        assert.equal(message.digest.length, 32);
      }
    });
  }

  test('tells what its endpoint tells, and what its naming finds', () => {
    assert.deepEqual(messageOf().facts, { account: 'mine', service: 'Other', devices: [] });
    const naming = { correlationId: [{ pointer: '/id' }], type: [{ header: 'x-type' }] };
    const { facts } = messageOf({}, { naming, account: { from: 'username' }, service: undefined });
    assert.deepEqual(facts, { correlationId: '1', type: 'news', devices: [] });
  });

  test('that the gate refuses is no message', () => {
    const source = createSource(endpointWith({ verify: { credentials: [], allow: [], bearer: ['a-token'] } }));
    const reading = source.read({ body: Buffer.alloc(0), headers: {}, ip: '', at: 0, target: '/other' });
    assert.equal('refusal' in reading && reading.refusal.code, 'unauthorized');
  });

  test('is answered an empty 200, or what the endpoint says', () => {
    assert.deepEqual(createSource(endpointWith()).answer, { status: 200, body: '' });
    const answer = { status: 200, contentType: 'text/xml', body: '<Response/>' };
    assert.deepEqual(createSource(endpointWith({ answer })).answer, answer);
  });

  test('is decoded to its content and has nothing to redact', () => {
    const source = createSource(endpointWith());
    const body = Buffer.from('a=1');
    assert.deepEqual(source.decode(body, 'application/x-www-form-urlencoded'), { devices: [], content: '{"a":"1"}' });
    assert.equal(source.redact(body), body);
  });
});

suite('a resend', () => {
  const naming = { dedupKey: [{ header: 'x-id' }] };

  test('has the same key, whatever its body', () => {
    const again = { body: Buffer.from('another') };
    assert.equal(digestOf(again, { naming }), digestOf({}, { naming }));
    assert.notEqual(digestOf({ headers: { 'x-id': 'another' } }, { naming }), digestOf({}, { naming }));
  });

  test('has the same bytes and the same type where no key is known', () => {
    const typed = { naming: { type: [{ header: 'x-type' }] } };
    assert.equal(digestOf({}, typed), digestOf({ headers: { 'x-type': 'news', 'x-id': 'another' } }, typed));
    assert.notEqual(digestOf({}, typed), digestOf({ headers: { 'x-type': 'other' } }, typed));
    assert.notEqual(digestOf({}, typed), digestOf({ headers: {} }, typed));
    assert.notEqual(digestOf(), digestOf({ body: Buffer.from('{"id": "1"}') }));
  });

  test('has the same query, in which a secret may be another one', () => {
    const target = '/other?event=paid&id=1';
    assert.notEqual(digestOf({ target }), digestOf({ target: '/other?event=refunded&id=2' }));
    const verify = { credentials: [], allow: [], query: { name: 'to ken', secrets: ['an-old-one', 'a-new-one'] } };
    const withSecret = (secret: string) => digestOf({ target: `${target}&to%20ken=${secret}` }, { verify });
    assert.equal(withSecret('an-old-one'), withSecret('a-new-one'));
  });

  test('is looked for only so long where the key is missing', () => {
    assert.equal(messageOf({}, { naming }).resendWithinMs, undefined);
    assert.equal(messageOf().resendWithinMs, undefined);
    assert.equal(messageOf({ headers: {} }, { naming }).resendWithinMs, 600_000);
    assert.equal(digestOf({ headers: {} }, { naming }), digestOf({ headers: { 'x-type': 'news' } }, { naming }));
  });

  test('is of the same account and service', () => {
    const digests = [{}, { account: 'other' }, { account: undefined }, { service: 'other' }, { service: undefined }];
    assert.equal(
      new Set(digests.flatMap((changes) => [digestOf({}, changes), digestOf({}, { ...changes, naming })])).size,
      10,
    );
  });

  test('does not have the key of another in its body', () => {
    const forged = { body: Buffer.from('["an-id"]'), headers: {} };
    assert.notEqual(digestOf(forged, { naming }), digestOf({}, { naming }));
    const parts = { naming: { dedupKey: [{ header: 'x-a' }, { header: 'x-b' }], type: [{ header: 'x-type' }] } };
    const key = { body: Buffer.alloc(0), headers: { 'x-a': 'body', 'x-b': 'news' } };
    assert.notEqual(digestOf(key, parts), digestOf({ ...key, headers: { 'x-type': 'news' } }, parts));
  });

  test('has a key of the same parts: two parts are never one', () => {
    const two = { naming: { dedupKey: [{ header: 'x-a' }, { header: 'x-b' }] } };
    const key = (a: string, b: string) => digestOf({ headers: { 'x-a': a, 'x-b': b } }, two);
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b, c) => {
        assert.notEqual(key(a + b, c), key(a, b + c));
      }),
    );
  });
});
