import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoint } from '@relay/core';
import { freshCopy } from '../src/fresh-copy.ts';

function copies(endpoint: Pick<Endpoint, 'source' | 'naming'>, body: string) {
  return [0, 1, 2].map((number) => freshCopy(endpoint, Buffer.from(body), number));
}

const cases: [string, Pick<Endpoint, 'source' | 'naming'>, string][] = [
  ['a ThingSpace body', { source: 'thingspace' }, '{"requestId":"r"}'],
  ['a SOAP body', { source: 'thingspace-soap' }, '<CallbackRequest><RequestId>r</RequestId></CallbackRequest>'],
  ['a SOAP body without a request id', { source: 'thingspace-soap' }, '<v:SmsCallbackRequest></v:SmsCallbackRequest>'],
  ['a Voximplant body', { source: 'voximplant' }, '{"callbacks":[{"callback_id":1},{"callback_id":2}]}'],
  ['an IXC body', { source: 'ixc-acs' }, '{"protocolo":"p"}'],
  ['a body with an id', { source: 'generic' }, '{"id":1}'],
  [
    'a body whose dedup key is deep',
    { source: 'generic', naming: { dedupKey: [{ pointer: '/a/0/b~1c' }] } },
    '{"a":[{"b/c":"x"}]}',
  ],
];

for (const [name, endpoint, body] of cases) {
  test(`copies of ${name} are callbacks of their own`, () => {
    assert.equal(new Set([body, ...copies(endpoint, body).map((copy) => String(copy.body))]).size, 4);
  });
}

test('the callbacks in copies of a Voximplant body have ids of their own', () => {
  const made = copies({ source: 'voximplant' }, '{"callbacks":[{"callback_id":1},{"callback_id":2}]}');
  const ids = made.flatMap(({ body }) => JSON.parse(String(body)).callbacks).map(({ callback_id }) => callback_id);
  assert.equal(new Set(ids).size, 6);
});

test('a dedup key in a header leaves the body as it is', () => {
  const made = copies({ source: 'generic', naming: { dedupKey: [{ header: 'x-delivery' }] } }, '{"id": 1}');
  assert.deepEqual(
    made.map(({ body }) => String(body)),
    ['{"id": 1}', '{"id": 1}', '{"id": 1}'],
  );
  assert.equal(new Set(made.map(({ headers }) => headers['x-delivery'])).size, 3);
});

test('a dedup key in the query leaves the body as it is', () => {
  const made = copies({ source: 'generic', naming: { dedupKey: [{ query: 'delivery' }] } }, '{"id": 1}');
  for (const { body } of made) assert.equal(String(body), '{"id": 1}');
  assert.equal(new Set(made.map(({ query }) => query.delivery)).size, 3);
});

test('a dedup key stays a number where it was one, to the digit elsewhere', () => {
  const [copy] = copies({ source: 'generic' }, '{"id":5,"n":12345678901234567890}');
  assert.equal(typeof JSON.parse(String(copy?.body)).id, 'number');
  assert.match(String(copy?.body), /12345678901234567890/);
});

test('what has no place for an id stays as it is', () => {
  for (const source of ['thingspace', 'voximplant', 'ixc-acs', 'generic'] as const) {
    for (const body of ['a=1', '[]x', '']) assert.equal(String(copies({ source }, body)[0]?.body), body);
  }
});
