import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Endpoint, Facts, Message, Reading } from '@relay/core';
import { sample, sampleNames } from '@relay/testkit';
import { createSource } from '../src/index.ts';

const endpoint: Endpoint = {
  name: 'ixc-acs',
  source: 'ixc-acs',
  path: '/ixc-acs',
  account: 'provider',
  service: undefined,
  verify: { credentials: [], allow: [] },
  dedupMs: 600_000,
};

const source = createSource(endpoint);

function read(body: string | Buffer, contentType: string | undefined = 'application/json'): Reading {
  const headers = contentType === '' ? {} : { 'content-type': contentType };
  return source.read({ body: Buffer.from(body), headers, ip: '192.0.2.1', at: 1_700_000_000_000, target: '/ixc-acs' });
}

function messageOf(reading: Reading): Message {
  assert.ok('messages' in reading, `refused: ${JSON.stringify(reading)}`);
  const [message, ...others] = reading.messages;
  assert.ok(message !== undefined && others.length === 0);
  return message;
}

function codeOf(reading: Reading): string | undefined {
  return 'refusal' in reading ? reading.refusal.code : undefined;
}

function digestOf(body: string | Buffer, contentType?: string): string {
  return messageOf(read(body, contentType)).digest.toString('hex');
}

const timeout = sample('ixc-acs/reply-reboot-timeout.json');

suite('genuine', () => {
  for (const name of sampleNames('ixc-acs')) {
    test(`${name} is one message with its bytes untouched`, () => {
      const message = messageOf(read(sample(name)));
      assert.deepEqual(message.body, sample(name));
      assert.equal(message.contentType, 'application/json');
      assert.equal(message.receivedAt, 1_700_000_000_000);
      assert.equal(message.vendorAttempt, undefined);
    });
  }

  test('the answer is an empty 200', () => assert.deepEqual(source.answer, { status: 200, body: '' }));
});

suite('facts', () => {
  const account = 'provider';
  const devices: Facts['devices'] = [];
  const table: [string, Facts][] = [
    [
      timeout.toString(),
      {
        account,
        correlationId: '11111111-2222-4333-8444-000000000061',
        status: 'error',
        devices: [{ id: 'RTR-42', kind: 'router' }],
      },
    ],
    [
      '{"protocolo":12345678901234567890,"router_id":42,"status":1.0}',
      { account, correlationId: '12345678901234567890', status: '1.0', devices: [{ id: '42', kind: 'router' }] },
    ],
    ['{"type":"device.added","event":"x"}', { account, type: 'device.added', devices }],
    ['{"type":null,"event":"added"}', { account, type: 'added', devices }],
    ['{"method":"reboot"}', { account, type: 'reboot', devices }],
    ['{"protocolo":{"id":1},"router_id":[1],"status":true,"type":""}', { account, devices }],
    [`{"protocolo":"${'1'.repeat(257)}"}`, { account, devices }],
    ['{"__proto__":{"protocolo":"1"}}', { account, devices }],
    ['[{"protocolo":"1"}]', { account, devices }],
    ['"protocolo"', { account, devices }],
    ['null', { account, devices }],
    ['{}', { account, devices }],
  ];
  for (const [body, facts] of table) {
    test(`${body.slice(0, 60)}: ${JSON.stringify(facts).slice(0, 60)}`, () => {
      assert.deepEqual(messageOf(read(body)).facts, facts);
      assert.deepEqual(source.decode(Buffer.from(body), 'application/json').devices, facts.devices);
    });
  }
});

suite('duplicated', () => {
  test('a success after an error is another message, and so is the same reply at another time', () => {
    const digests = sampleNames('ixc-acs').map((name) => digestOf(sample(name)));
    assert.equal(new Set(digests).size, digests.length);
  });

  test('the order of members and white space do not count, and anything else does', () => {
    const same = ['{"a":1,"b":[2]}', ' { "b" : [ 2 ],\n"a":1}'];
    const others = [
      '{"a":1,"b":[2],"c":null}',
      '{"a":1.0,"b":[2]}',
      '{"a":1,"b":[2,2]}',
      '[{"a":1,"b":[2]}]',
      '1',
      '2',
    ];
    assert.equal(new Set(same.map((body) => digestOf(body))).size, 1);
    assert.equal(new Set([...same, ...others].map((body) => digestOf(body))).size, others.length + 1);
  });

  test('the same body for another account or service is another message', () => {
    const digests = [{}, { account: 'other' }, { service: 'other' }].map((changes) => {
      const received = { body: timeout, headers: {}, ip: '', at: 1, target: '/' };
      return messageOf(createSource({ ...endpoint, ...changes }).read(received)).digest.toString('hex');
    });
    assert.equal(new Set(digests).size, 3);
  });
});

suite('what is no JSON', () => {
  test('is unreadable when its content type says JSON, or nothing', () => {
    for (const contentType of ['application/json', 'Application/JSON;charset=x', 'application/problem+json', '']) {
      for (const body of ['', 'ok', '{"a":', '<a/>']) assert.equal(codeOf(read(body, contentType)), 'unreadable');
    }
  });

  test('is a message without facts under any other content type', () => {
    for (const body of ['', 'ok', '{"a":', '<a/>', 'protocolo=1']) {
      const message = messageOf(read(body, 'text/plain'));
      assert.equal(message.body.toString(), body);
      assert.deepEqual(message.facts, { account: 'provider', devices: [] });
      assert.doesNotThrow(() => JSON.parse(source.decode(message.body, 'text/plain').content));
    }
  });

  test('is never the same message as JSON', () => {
    assert.notEqual(digestOf('{"a":1"b":2}', 'text/plain'), digestOf('{"a":1,"b":2}', 'text/plain'));
  });

  test('JSON is read under any content type', () => {
    assert.equal(messageOf(read(timeout, 'text/plain')).facts.status, 'error');
    assert.equal(digestOf(timeout, 'text/plain'), digestOf(timeout));
  });
});

test('a name that stands twice makes a body unreadable, and deeper down it does not', () => {
  for (const body of ['{"status":"a","status":"b"}', '{"a":1,"\\u0061":1}', '{"__proto__":1,"__proto__":1}']) {
    for (const contentType of ['application/json', 'text/plain']) {
      assert.equal(codeOf(read(body, contentType)), 'unreadable');
    }
  }
  messageOf(read('{"a":{"b":1,"b":2}}'));
});

test('redacted, a body is what it was', () => assert.equal(source.redact(timeout), timeout));
