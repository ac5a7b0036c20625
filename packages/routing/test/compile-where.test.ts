import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition, Where } from '@relay/core';
import fc from 'fast-check';
import { compileWhere } from '../src/index.ts';
import { bodyRule, headerRule, rule, seen, seenBody } from './given.ts';

const holds = (where: Where, view = seen()) => compileWhere(where)(view);
const not = (where: Where): Where => ({ not: where });
const any = (...rules: Where[]): Where => ({ any: rules });
const all = (...rules: Where[]): Where => ({ all: rules });

/** Values at `/a` for which a condition holds, and those for which it does not, each as JSON. */
const conditions: readonly [name: string, Condition, holding: readonly string[], others: readonly string[]][] = [
  ['a number', { anyOf: [5] }, ['5', '"5"', '5.0', '5e0'], ['6', '"5.0"', '" 5"', 'true', 'null', '[5]', '{"a":5}']],
  ['a text', { anyOf: ['ok'] }, ['"ok"', '"\\u006fk"'], ['"Ok"', '"ok "', '"o"', 'null', '["ok"]']],
  ['the text of a number', { anyOf: ['5'] }, ['"5"', '5'], ['"05"', '50']],
  ['a truth', { anyOf: [true] }, ['true', '"true"'], ['false', '1', '"yes"', 'null']],
  ['null', { anyOf: [null] }, ['null'], ['"null"', '0', 'false', '""', '{}']],
  ['an empty text', { anyOf: [''] }, ['""'], ['null', '[]', '" "', '0']],
  ['one of several', { anyOf: ['a', 7, null] }, ['"a"', '7', '"7"', 'null'], ['"b"', '8', '"null"', '["a"]']],
  ['nothing listed', { anyOf: [] }, [], ['""', 'null', '0']],
  ['a beginning', { prefix: '89' }, ['"89"', '"8901"', '8901'], ['"089"', '"8"', 'null', '["89"]']],
  ['an end', { suffix: '17' }, ['"17"', '"8917"', '8917'], ['"170"', '"7"', 'null', '["17"]']],
  ['existence', { exists: true }, ['null', '0', '""', '[]', '{}', 'false'], []],
  ['absence', { exists: false }, [], ['null', '0', '""', '[]', '{}', 'false']],
  [
    'above',
    { above: 5 },
    ['5.1', '"6"', '1e3'],
    ['5', '"5"', '4', '"six"', '""', 'null', 'true', '[6]', '" 6"', '"0x10"'],
  ],
  ['at least', { atLeast: 5 }, ['5', '5.1', '"5"', '"05"'], ['4.9', '-6', '"-6"']],
  ['below', { below: 0 }, ['-1', '"-0.5"'], ['0', '1', 'null', '""', '"-"']],
  ['at most', { atMost: 0 }, ['0', '-0', '-1'], ['0.1', 'null']],
  ['between', { atLeast: 5, below: 10 }, ['5', '9.99'], ['4', '10', '11']],
];

for (const [name, condition, holding, others] of conditions) {
  test(`a condition on ${name} holds for what it names and for nothing else`, () => {
    const where = bodyRule('/a', condition);
    for (const value of holding) assert.equal(holds(where, seenBody(`{"a":${value}}`)), true, value);
    for (const value of others) {
      assert.equal(holds(where, seenBody(`{"a":${value}}`)), false, value);
      assert.equal(holds(not(where), seenBody(`{"a":${value}}`)), true, `not ${value}`);
    }
  });
}

test('what is missing satisfies nothing but its absence', () => {
  for (const [name, condition] of conditions) {
    const absent = 'exists' in condition && !condition.exists;
    for (const where of [
      bodyRule('/b', condition),
      headerRule('b', condition),
      rule('status', condition),
      rule('device', condition),
    ]) {
      assert.equal(holds(where), absent, name);
      assert.equal(holds(not(where)), !absent, name);
    }
  }
});

test('every fact of a message can be asked for', () => {
  for (const kind of ['account', 'service', 'type', 'status', 'correlationId'] as const) {
    assert.equal(holds(rule(kind, { anyOf: ['x'] }), seen({ [kind]: 'x' })), true, kind);
    assert.equal(holds(rule(kind, { anyOf: ['x'] }), seen({ [kind]: 'y' })), false, kind);
  }
});

test('a header is found under its name, and nothing that only objects have', () => {
  const headers = { 'x-team': 'billing' };
  assert.equal(holds(headerRule('x-team', { prefix: 'bill' }), seen({ headers })), true);
  assert.equal(holds(headerRule('constructor', { exists: true }), seen({ headers })), false);
  assert.equal(holds(headerRule('__proto__', { exists: true }), seen({ headers })), false);
});

test('a device is wanted when any of the devices is, and unwanted when none is', () => {
  const two = seenBody('{"devices":["a1","b2"]}');
  assert.equal(holds(rule('device', { suffix: '2' }), two), true);
  assert.equal(holds(rule('device', { anyOf: ['a', 'b'] }), two), false);
  assert.equal(holds(not(rule('device', { anyOf: ['b2'] })), two), false);
  assert.equal(holds(not(rule('device', { anyOf: ['c3'] })), two), true);
  assert.equal(holds(rule('device', { exists: true }), two), true);
});

test('a pointer leads through objects and lists, and to nothing that is not in the body', () => {
  const body =
    '{"list":[{"n":1},{"n":2}],"":"empty","a/b":"slash","m~n":"tilde","~1":"both","__proto__":{"own":"yes"},"0":"zero"}';
  const found = (pointer: string, wanted: string | number) =>
    holds(bodyRule(pointer, { anyOf: [wanted] }), seenBody(body));
  assert.ok(found('/list/1/n', 2));
  assert.ok(found('/', 'empty'));
  assert.ok(found('/a~1b', 'slash'));
  assert.ok(found('/m~0n', 'tilde'));
  assert.ok(found('/~01', 'both'));
  assert.ok(found('/0', 'zero'));
  assert.ok(found('/__proto__/own', 'yes'));
  const nowhere = [
    '/list/length',
    '/list/01',
    '/list/-',
    '/list/2',
    '/constructor',
    '/toString',
    '/list/0/n/toFixed',
    '/a~1b/0',
  ];
  for (const pointer of nowhere)
    assert.equal(holds(bodyRule(pointer, { exists: true }), seenBody(body)), false, pointer);
  assert.equal(holds(bodyRule('/__proto__', { exists: true }), seenBody('{}')), false);
  assert.equal(holds(bodyRule('', { anyOf: ['whole'] }), seenBody('"whole"')), true);
});

test('of a repeated member the last one counts', () => {
  assert.equal(holds(bodyRule('/a', { anyOf: [2] }), seenBody('{"a":1,"a":2}')), true);
});

test('numbers that differ in a digit that is lost to a computer are different', () => {
  const iccid = (wanted: string) => bodyRule('/id', { anyOf: [wanted] });
  const body = seenBody('{"text":"x 89000000000000000018 ","id": 89000000000000000017}');
  assert.equal(holds(iccid('89000000000000000017'), body), true);
  assert.equal(holds(iccid('89000000000000000018'), body), false);
  assert.equal(holds(iccid('89000000000000000000'), body), false);
  assert.equal(holds(bodyRule('/id', { suffix: '17' }), body), true);
  assert.equal(holds(bodyRule('/id', { above: 8.8e19, below: 9e19 }), body), true);
  assert.equal(holds(bodyRule('/id', { anyOf: [9007199254740992] }), seenBody('{"id":9007199254740993}')), false);
  assert.equal(holds(bodyRule('/id', { anyOf: [1] }), seenBody('{"id":1.00000000000000000001}')), false);
  assert.equal(holds(bodyRule('/id', { anyOf: [0] }), seenBody('{"id":1e-999}')), false);
  assert.equal(holds(bodyRule('/id', { anyOf: ['Infinity'] }), seenBody('{"id":1e999}')), false);
  assert.equal(holds(bodyRule('/text', { anyOf: ['x 89000000000000000018 '] }), body), true);
});

test('whole numbers are the same in a rule and in a body, whatever their length', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (number, other) => {
      const body = seenBody(`{"a":[${number}]}`);
      assert.equal(holds(bodyRule('/a/0', { anyOf: [number] }), body), true);
      assert.equal(holds(bodyRule('/a/0', { anyOf: [String(number)] }), body), true);
      assert.equal(holds(bodyRule('/a/0', { anyOf: [other] }), body), number === other);
    }),
  );
});

test('a value is read as JSON.parse reads it, long numbers beside it or not', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, name) => {
      const body = `{${JSON.stringify(name)}: ${JSON.stringify(text)}, "long number": 12345678901234567890}`;
      const pointer = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      assert.equal(holds(bodyRule(pointer, { anyOf: [text] }), seenBody(body)), name !== 'long number');
    }),
  );
});

const unreadable = seen({ status: 'ok', body: Buffer.from('no JSON') });
const yes = rule('status', { anyOf: ['ok'] });
const no = rule('status', { anyOf: ['Failed'] });
const unknowable = [
  bodyRule('/a', { exists: false }),
  rule('device', { exists: false }),
  bodyRule('', { anyOf: ['no JSON'] }),
];

test('what asks for a body that cannot be looked into does not hold, and neither does its opposite', () => {
  for (const where of unknowable) {
    for (const asking of [where, not(where), not(not(where)), all(yes, where), all(where, yes), not(all(where, yes))]) {
      assert.equal(holds(asking, unreadable), false, JSON.stringify(asking));
    }
    for (const asking of [any(no, where), any(where, no), not(any(where, no)), not(any(no, not(where)))]) {
      assert.equal(holds(asking, unreadable), false, JSON.stringify(asking));
    }
  }
});

test('what is decided without the body that cannot be looked into is decided', () => {
  for (const where of unknowable) {
    assert.equal(holds(any(where, yes), unreadable), true);
    assert.equal(holds(any(yes, where), unreadable), true);
    assert.equal(holds(not(all(where, no)), unreadable), true);
    assert.equal(holds(not(all(no, where)), unreadable), true);
    assert.equal(holds(all(where, no), unreadable), false);
  }
});

test('an empty list of rules that all have to hold holds, and one of alternatives does not', () => {
  assert.equal(holds(all()), true);
  assert.equal(holds(any()), false);
});
