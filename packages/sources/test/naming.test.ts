import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { FactPlace, Received } from '@relay/core';
import fc from 'fast-check';
import { createPointer } from '../src/json-pointer.ts';
import { createNaming } from '../src/naming.ts';

const headers = { 'content-type': 'application/json', 'x-id': 'an-id', 'x-empty': '', 'x-list': ['a', 'b'] };

function names(naming: Parameters<typeof createNaming>[0], body = '{}', contentType?: string) {
  const received: Received = {
    body: Buffer.from(body),
    headers: { ...headers, ...(contentType !== undefined && { 'content-type': contentType }) },
    ip: '',
    at: 0,
    target: '/?order%20id=%C3%A9%207&empty=&twice=1&twice=2',
  };
  return createNaming(naming)(received);
}

function correlationIdAt(place: FactPlace | readonly FactPlace[], body?: string, contentType?: string) {
  const places = 'length' in place ? place : [place];
  return names({ correlationId: places }, body, contentType).correlationId;
}

suite('a place', () => {
  const body = JSON.stringify({
    id: 'text',
    zero: 0,
    no: false,
    nothing: null,
    empty: '',
    list: ['first', { id: 'second' }],
    'a/b': 'slash',
    'm~n': 'tilde',
    '~1': 'both',
    '': { '': 'unnamed' },
    '0': 'digit',
  });
  const found: [string, string | undefined][] = [
    ['/id', 'text'],
    ['/zero', '0'],
    ['/no', 'false'],
    ['/nothing', undefined],
    ['/empty', undefined],
    ['/list', undefined],
    ['/list/0', 'first'],
    ['/list/1/id', 'second'],
    ['/list/2', undefined],
    ['/list/00', undefined],
    ['/list/-', undefined],
    ['/list/1e0', undefined],
    ['/a~1b', 'slash'],
    ['/m~0n', 'tilde'],
    ['/~01', 'both'],
    ['//', 'unnamed'],
    ['/0', 'digit'],
    ['', undefined],
    ['/missing/id', undefined],
    ['/id/text', undefined],
    ['/__proto__', undefined],
    ['/constructor', undefined],
  ];
  for (const [pointer, expected] of found) {
    test(`in JSON may be ${JSON.stringify(pointer)}`, () => assert.equal(correlationIdAt({ pointer }, body), expected));
  }

  test('in the query is its text without percent-encoding', () => {
    assert.equal(correlationIdAt({ query: 'order id' }), 'é 7');
    for (const query of ['missing', 'empty', 'twice']) assert.equal(correlationIdAt({ query }), undefined);
  });

  test('in a header is its text, as UTF-8', () => {
    assert.equal(correlationIdAt({ header: 'x-id' }), 'an-id');
    assert.equal(correlationIdAt({ header: 'content-type' }, '', Buffer.from('é').toString('latin1')), 'é');
    assert.equal(correlationIdAt({ header: 'content-type' }, '', 'é'), 'é');
    for (const header of ['x-missing', 'x-empty', 'x-list', 'constructor', '__proto__']) {
      assert.equal(correlationIdAt({ header }), undefined);
    }
  });

  test('keeps all digits of a number', () => {
    assert.equal(correlationIdAt({ pointer: '/n' }, '{"n": 9007199254740993000001}'), '9007199254740993000001');
  });

  test('of a repeated member is the last one', () => {
    assert.equal(correlationIdAt({ pointer: '/a/b' }, '{"a":{"b":1},"a":{"b":2,"\\u0062":3}}'), '3');
  });

  test('is found in a form, in XML and behind a byte order mark', () => {
    assert.equal(
      correlationIdAt({ pointer: '/CallSid' }, 'CallSid=CA1&a=b', 'application/x-www-form-urlencoded'),
      'CA1',
    );
    assert.equal(correlationIdAt({ pointer: '/a/1' }, 'a=b&a=c', 'application/x-www-form-urlencoded'), 'c');
    assert.equal(correlationIdAt({ pointer: '/order/id' }, '<order><id>7</id></order>', 'text/xml'), '7');
    assert.equal(correlationIdAt({ pointer: '/id' }, '\uFEFF{"id":7}'), '7');
    assert.equal(correlationIdAt({ pointer: '' }, 'any text', 'text/plain'), 'any text');
  });

  test('may be as deep as the body', () => {
    const deep = 50_000;
    const body = `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`;
    assert.equal(correlationIdAt({ pointer: '/a/b' }, body), undefined);
    assert.equal(correlationIdAt({ pointer: '/a/a/a' }, body), undefined);
  });
});

suite('several places', () => {
  const id = { header: 'x-id' };
  const missing = { header: 'x-missing' };

  test('give a dedup key of all their values, and none when one is missing', () => {
    const body = '{"a":"1","b":"2"}';
    assert.deepEqual(names({ dedupKey: [id, { pointer: '/b' }] }, body).dedupKey, ['an-id', '2']);
    assert.equal(names({ dedupKey: [id, missing] }, body).dedupKey, undefined);
    assert.equal(names({ dedupKey: [missing] }, body).dedupKey, undefined);
    assert.equal(names({ dedupKey: [] }, body).dedupKey, undefined);
    assert.equal(names({}, body).dedupKey, undefined);
  });

  test('give a correlation id and a type of what is there', () => {
    const places = [missing, { pointer: '/b' }, id];
    const { correlationId, type } = names({ correlationId: places, type: [...places].reverse() }, '{"b":2}');
    assert.deepEqual([correlationId, type], ['2 an-id', 'an-id 2']);
    assert.equal(correlationIdAt([missing, missing]), undefined);
  });
});

test('a text longer than 256 characters is no name, but a key', () => {
  for (const length of [256, 257]) {
    const place = [{ pointer: '/a' }];
    const long = 'a'.repeat(length);
    const found = names({ dedupKey: place, correlationId: place, type: place }, JSON.stringify({ a: long }));
    const name = length > 256 ? undefined : long;
    assert.deepEqual(found, { dedupKey: [long], correlationId: name, type: name });
  }
});

test('a pointer finds what JSON.parse finds', () => {
  const step = fc.constantFrom('', '0', '1', 'a', '~', '/', '__proto__');
  const leaves = [fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)];
  const value = fc.object({ key: step, values: leaves }).map((object) => JSON.stringify(object));
  fc.assert(
    fc.property(value, fc.array(step, { maxLength: 4 }), (json, steps) => {
      const pointer = steps.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
      const there = steps.reduce<unknown>(
        (inside, name) => (isParent(inside) && Object.hasOwn(inside, name) ? Reflect.get(inside, name) : undefined),
        JSON.parse(json),
      );
      const found = createPointer(pointer)(Buffer.from(json));
      if (typeof there === 'number') assert.equal(Number(found), there);
      else assert.equal(found, there === undefined || there === null || isParent(there) ? undefined : String(there));
    }),
  );
});

function isParent(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

test('nothing that can be sent makes it throw', () => {
  const places = [{ pointer: '/a/0' }, { header: 'x-id' }, { pointer: '' }];
  const types = fc.constantFrom('application/x-www-form-urlencoded', 'text/xml', 'application/json', '');
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), types, (body, type) => {
      names({ dedupKey: places, correlationId: places, type: places }, body, type);
    }),
  );
});
