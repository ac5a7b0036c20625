import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../src/canonical-json.ts';

function canonical(text: string, omitted: readonly string[] = []): string {
  const json = Buffer.from(text);
  const out = Buffer.alloc(json.length);
  const names = omitted.map((name) => Buffer.from(JSON.stringify(name)));
  return out.toString('utf8', 0, canonicalJson(json, names).write(out, 0));
}

const long = 'x'.repeat(1000);

const table: [string, string, string][] = [
  ['an empty object', ' { } ', '{}'],
  ['members in order', '{"a": 1, "b" :2}', '{"a":1"b":2}'],
  ['members out of order', '{"b":{"d":1,"c":[2]},"a":"z"}', '{"a":"z""b":{"c":[2]"d":1}}'],
  ['objects in lists', '[{"b":1,"a":2} , [ ], {}, {"a":1}]', '[{"a":2"b":1},[],{},{"a":1}]'],
  ['a repeated name', '{"b":0,"a":2,"a":1}', '{"a":2"a":1"b":0}'],
  ['a name that begins another', '{"ab":1,"a":2,"":3}', '{"":3"a":2"ab":1}'],
  ['escaped quotes', String.raw`{"a\"c":1,"a\"b":2,"a\\":3}`, String.raw`{"a\"b":2"a\"c":1"a\\":3}`],
  ['punctuation in texts', '{"b":"{, }[:]","a ":" "}', '{"a ":" ""b":"{, }[:]"}'],
  ['long texts', `{"b":"${long}","a":["${long}"]}`, `{"a":["${long}"]"b":"${long}"}`],
  ['numbers as they are written', '[1.0, 1e0, 9007199254740993]', '[1.0,1e0,9007199254740993]'],
];
for (const [what, text, expected] of table) {
  test(`${what}: ${expected.slice(0, 60)}`, () => assert.equal(canonical(text), expected));
}

test('members are left out at the top level alone', () => {
  assert.equal(canonical('{"c":{"b":1},"b":[2],"bb":3,"a":4}', ['a', 'b']), '{"bb":3"c":{"b":1}}');
  assert.equal(canonical('{"a":1,"b":2}', ['a', 'b']), '{}');
});

test('a member in the wrong place at every level of a deep text is put in its own', () => {
  const deep = 100_000;
  const text = `${'{"b":'.repeat(deep)}1${',"a":0}'.repeat(deep)}`;
  assert.equal(canonical(text), `${'{"a":0"b":'.repeat(deep)}1${'}'.repeat(deep)}`);
});

test('it is written behind what is there already', () => {
  const out = Buffer.from('before....');
  assert.equal(canonicalJson(Buffer.from('[ ]'), []).write(out, 6), 8);
  assert.equal(out.toString(), 'before[]..');
});

test('members of the top level are counted, repeated and omitted ones too', () => {
  const counts: [string, number][] = [
    ['{}', 0],
    ['{"a":{"b":1,"c":2}}', 1],
    ['{"a":1,"a":2,"\\u0061":3,"b":[{"c":1}]}', 4],
    ['[{"a":1,"b":2}]', 0],
    ['"a,b"', 0],
  ];
  const omitted = [Buffer.from('"a"')];
  for (const [text, count] of counts) assert.equal(canonicalJson(Buffer.from(text), omitted).members, count, text);
});

test('any text comes to what its value says', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('', '\t', '\r\n '), (value, indent) => {
      assert.equal(canonical(JSON.stringify(value, null, indent)), canonicalOf(value));
    }),
  );
});

function canonicalOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalOf).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, inner]) => [JSON.stringify(name), canonicalOf(inner)] as const);
  members.sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  return `{${members.map(([name, inner]) => `${name}:${inner}`).join('')}}`;
}
