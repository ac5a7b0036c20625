import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Configuration, describeMistakes, readConfiguration } from '@relay/config';
import { createSource } from '@relay/sources';
import { ruleWarnings } from '../src/rule-warnings.ts';

const endpoints = [
  '{name: plain, source: generic}',
  '{name: bare, source: generic}',
  '{name: named, source: generic, account: a, service: s, naming: {type: [{header: x-type}], correlationId: [{query: id}]}}',
  '{name: carrier, source: thingspace}',
  '{name: calls, source: voximplant}',
  '{name: routers, source: ixc-acs}',
];

function configurationWith(...subscribers: readonly string[]): Configuration {
  const written = subscribers.map((keys, index) => `{name: s${index}, url: "https://h/", ${keys}}`);
  const text = `endpoints: [${endpoints.join(', ')}]\nsubscribers: [${written.join(', ')}]\n`;
  const reading = readConfiguration(text, { fileName: 'relay.yaml', environment: {}, readSecret: () => '' });
  if ('mistakes' in reading) throw new Error(describeMistakes(reading.mistakes));
  return reading.configuration;
}

function warnings(keys: string): readonly string[] {
  const configuration = configurationWith(keys);
  return ruleWarnings(configuration.subscribers, configuration.endpoints);
}

const entry = (endpoint: string, where: string) => `receives: [{endpoint: "${endpoint}", where: {${where}}}]`;

for (const [endpoint, where, told] of [
  ['plain', 'device: "4711"', 'plain have no device'],
  ['named', 'status: failed', 'named have no status'],
  ['plain', 'account: a', 'plain have no account (account of the endpoint would say it)'],
  ['calls', 'service: s', 'calls have no service (service of the endpoint would say it)'],
  ['routers', 'account: a', 'routers have no account (account of the endpoint would say it)'],
  ['plain', 'type: t', 'plain have no type (naming.type of the endpoint would say where it stands)'],
  [
    'plain',
    'correlationId: c',
    'plain have no correlationId (naming.correlationId of the endpoint would say where it stands)',
  ],
  ['plain', 'device: {prefix: "4"}, status: {exists: true}, body: {/a: 1}', 'plain have no status, no device'],
  ['plain', 'any: [{device: "1"}, {not: {status: {exists: false}}}]', 'plain have no device, no status'],
  ['plain', 'not: {any: [{device: {exists: false}}, {body: {/a: 1}}]}', 'plain have no device'],
] as const) {
  test(`that {${where}} lets nothing of ${endpoint} through is warned of`, () => {
    assert.deepEqual(warnings(entry(endpoint, where)), [`A rule of s0 never holds: messages of ${told}.`]);
  });
}

for (const [endpoint, where] of [
  ['named', 'account: a, service: s, type: t, correlationId: c'],
  ['carrier', 'account: a, service: s, type: t, correlationId: c, status: s, device: d'],
  ['calls', 'account: a, type: t, correlationId: c, status: s, device: d'],
  ['routers', 'type: t, correlationId: c, status: s, device: d'],
  ['plain', 'headers: {x-a: a}, body: {/a: 1}'],
  ['plain', 'device: {exists: false}'],
  ['plain', 'not: {device: d}'],
  ['plain', 'any: [{device: d}, {body: {/a: 1}}]'],
  // It may be meant for those that have it.
  ['*', 'device: d'],
] as const) {
  test(`{${where}} may let something of ${endpoint} through, and is not warned of`, () => {
    assert.deepEqual(warnings(entry(endpoint, where)), []);
  });
}

test('an order by device is warned of where no endpoint has devices', () => {
  assert.deepEqual(warnings('receives: [plain, named], ordered: {by: device}'), [
    'ordered: {by: device} gives s0 no order: messages of plain, named have no device.',
  ]);
  assert.deepEqual(warnings('receives: [plain, carrier], ordered: {by: device}'), []);
  assert.deepEqual(warnings('receives: [plain], ordered: true'), []);
});

test('what the warnings say of a source is what it tells of a callback that has everything in it', () => {
  const { endpoints: declared } = configurationWith();
  const has = { account: 'a', account_id: 'a', service: 's', type: 't', status: 's', id: 'c', device: 'd' };
  const factsAt = (name: string) => {
    const endpoint = declared.find((each) => each.name === name);
    assert.ok(endpoint);
    const reading = createSource(endpoint).read({
      body: Buffer.from(JSON.stringify({ ...has, requestId: 'c', deviceIds: [{ id: 'd', kind: 'imei' }] })),
      headers: { 'content-type': 'application/json', 'x-type': 't' },
      ip: '127.0.0.1',
      target: '/?id=c',
      at: 0,
    });
    assert.ok('messages' in reading);
    return reading.messages[0]?.facts;
  };
  assert.deepEqual(factsAt('plain'), { devices: [] });
  assert.deepEqual(factsAt('named'), { devices: [], account: 'a', service: 's', type: 't', correlationId: 'c' });
  assert.deepEqual(Object.keys(factsAt('routers') ?? {}), ['devices', 'type', 'status']);
});
