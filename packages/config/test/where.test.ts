import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition, Subject, Where } from '@relay/core';
import fc from 'fast-check';
import { describeMistakes, readWhere } from '../src/index.ts';
import { configurationOf, mistakesOf, subscriberFile } from './reading.ts';

const type = { kind: 'type' } as const;
const device = { kind: 'device' } as const;
const pointer = (written: string): Subject => ({ kind: 'body', pointer: written });

function rule(subject: Subject, condition: Condition): Where {
  return { subject, condition };
}

const read: Record<string, Where> = {
  '{type: a}': rule(type, { anyOf: ['a'] }),
  '{type: [a, "5"]}': rule(type, { anyOf: ['a', '5'] }),
  '{type: {prefix: a}}': rule(type, { prefix: 'a' }),
  '{type: {not: a}}': { not: rule(type, { anyOf: ['a'] }) },
  '{type: {not: {not: [a]}}}': { not: { not: rule(type, { anyOf: ['a'] }) } },
  '{type: {exists: false}}': rule(type, { exists: false }),
  '{type: {suffix: b, prefix: a, not: ab}}': {
    all: [rule(type, { prefix: 'a' }), rule(type, { suffix: 'b' }), { not: rule(type, { anyOf: ['ab'] }) }],
  },
  '{type: {above: -1, atMost: 2.5}}': rule(type, { above: -1, atMost: 2.5 }),
  '{device: {suffix: "17"}}': rule(device, { suffix: '17' }),
  '{device: {atLeast: 1, below: 2}}': rule(device, { atLeast: 1, below: 2 }),
  '{headers: {X-Team: billing}}': rule({ kind: 'header', name: 'x-team' }, { anyOf: ['billing'] }),
  '{body: {"/a~1b/0": [1, true, null, "x"]}}': rule(pointer('/a~1b/0'), { anyOf: [1, true, null, 'x'] }),
  '{body: {"": {exists: true}}}': rule(pointer(''), { exists: true }),
  '{account: a, service: b, status: c, correlationId: d}': {
    all: [
      rule({ kind: 'account' }, { anyOf: ['a'] }),
      rule({ kind: 'service' }, { anyOf: ['b'] }),
      rule({ kind: 'status' }, { anyOf: ['c'] }),
      rule({ kind: 'correlationId' }, { anyOf: ['d'] }),
    ],
  },
  '{any: [{type: a}, {all: [{type: b}, {device: c}]}]}': {
    any: [rule(type, { anyOf: ['a'] }), { all: [rule(type, { anyOf: ['b'] }), rule(device, { anyOf: ['c'] })] }],
  },
  '{not: {type: a}}': { not: rule(type, { anyOf: ['a'] }) },
  '{not: {any: [{type: a}]}, type: b}': {
    all: [rule(type, { anyOf: ['b'] }), { not: { any: [rule(type, { anyOf: ['a'] })] } }],
  },
};

for (const [written, where] of Object.entries(read)) {
  test(`${written} is what it says`, () => {
    const file = subscriberFile(`url: http://h/\nreceives: [{endpoint: e, where: ${written}}]`);
    assert.deepEqual(configurationOf(file).subscribers[0]?.wheres, { e: [where] });
    assert.deepEqual(readWhere(written, '--where'), { where });
  });
}

test('what costs most to look at comes last', () => {
  const written = '{body: {/a: x}, device: d, headers: {h: x}, type: t}';
  const reading = readWhere(written, '--where');
  assert.ok('where' in reading && 'all' in reading.where);
  const kinds = reading.where.all.map((part) => ('subject' in part ? part.subject.kind : undefined));
  assert.deepEqual(kinds, ['type', 'header', 'device', 'body']);
});

const value = 'must be a value in quotes, a list of such values, or a block such as {prefix: …} or {not: …}';
const nothing = 'says nothing: give at least one of its keys, or leave it out';

const refused = {
  '{}': `where: ${nothing}`,
  '{stats: a}': 'where.stats: unknown key "stats"; did you mean status?',
  '{header: {a: b}}': 'where.header: unknown key "header"; did you mean headers?',
  '{path: a}':
    'where.path: unknown key "path"; the keys here are account, service, type, status, correlationId, device, headers, body, all, any, not',
  '{account: 0000123456}': `where.account: ${value}`,
  '{account: [0000123456]}': 'where.account[0]: must be text, not a number: put quotes around it',
  '{status: true}': `where.status: ${value}`,
  '{status: ~}': 'where.status: has no value: write one, or leave it out',
  '{status: [~]}': 'where.status[0]: has no value: write one, or leave it out',
  '{status: []}': 'where.status: must not be an empty list: nothing would be wanted',
  '{status: {}}': 'where.status: says nothing: give at least one of its keys',
  '{status: {prefx: a}}': 'where.status.prefx: unknown key "prefx"; did you mean prefix?',
  '{status: {equals: a}}':
    'where.status.equals: unknown key "equals"; the keys here are prefix, suffix, exists, above, atLeast, below, atMost, not',
  '{status: {prefix: ""}}': 'where.status.prefix: must not be empty',
  '{status: {prefix: 5}}': 'where.status.prefix: must be text, not a number: put quotes around it',
  '{status: {exists: "no"}}': 'where.status.exists: must be true or false, not text',
  '{status: {exists: false, prefix: a}}': 'where.status.exists: is never true of what also has to have a value',
  '{status: {atLeast: 5, atMost: 4}}': 'where.status.atMost: can never be true beside atLeast 5',
  '{status: {atLeast: 5, below: 5}}': 'where.status.below: can never be true beside atLeast 5',
  '{status: {above: 5, atMost: 5}}': 'where.status.atMost: can never be true beside above 5',
  '{status: {above: 1, atLeast: 2}}': 'where.status.atLeast: stands beside above: write one of the two',
  '{status: {below: 1, atMost: 2}}': 'where.status.atMost: stands beside below: write one of the two',
  '{status: {above: "5"}}': 'where.status.above: must be a number',
  '{status: {above: .inf}}': 'where.status.above: must be a number',
  '{status: {not: {}}}': 'where.status.not: says nothing: give at least one of its keys',
  '{device: {prefix: a, suffix: b}}':
    'where.device: must say one thing, since each might hold of another device; use all: […] if that is meant',
  '{headers: {}}': `where.headers: ${nothing}`,
  '{headers: {Authorization: a}}':
    'where.headers.Authorization: carries secrets, which are not kept: nothing can be asked of it',
  '{headers: {cookie: a}}': 'where.headers.cookie: carries secrets, which are not kept: nothing can be asked of it',
  '{headers: {proxy-authorization: a}}':
    'where.headers.proxy-authorization: carries secrets, which are not kept: nothing can be asked of it',
  '{headers: {"a b": c}}': 'where.headers["a b"]: must be a header’s name: letters, digits and dashes',
  '{headers: {a: b, A: c}}': 'where.headers.A: this header is already there in another spelling',
  '{body: {}}': `where.body: ${nothing}`,
  '{body: {a: b}}': 'where.body.a: must be a JSON pointer such as /data/object/id; ~0 stands for ~ and ~1 for /',
  '{body: {"/a~2": b}}':
    'where.body["/a~2"]: must be a JSON pointer such as /data/object/id; ~0 stands for ~ and ~1 for /',
  '{body: {/a: ~}}': 'where.body["/a"]: has no value: write one, or leave it out',
  '{body: {/a: 89148000000800784259}}':
    'where.body["/a"]: is a number that loses digits on the way: put quotes around it',
  '{body: {/a: [[b]]}}': 'where.body["/a"][0]: must be text, a number, true, false or null',
  '{all: []}': 'where.all: must not be an empty list',
  '{any: {type: a}}': 'where.any: must be a list, not a block of keys',
  '{any: [{}, {type: a}]}': `where.any[0]: ${nothing}`,
  '{not: [{type: a}]}': 'where.not: must be a block of keys, not a list',
  '{not: {tipe: a}}': 'where.not.tipe: unknown key "tipe"; did you mean type?',
  Failed: 'where: must be a block of keys, not text',
  '~': 'where: has no value: write one, or leave it out',
};

for (const [written, mistake] of Object.entries(refused)) {
  test(`a rule refuses ${written}`, () => {
    const file = subscriberFile(`url: http://h/\nreceives: [{endpoint: e, where: ${written}}]`);
    const lines = mistakesOf(file).map((line) =>
      line.replace(/^relay.yaml:\d+:\d+ subscribers\[0\]\.receives\[0\]\./, ''),
    );
    assert.deepEqual(lines, [mistake]);
  });
}

test('nothing can be asked of a header that an endpoint verifies by', () => {
  const file = (endpoint: string, header: string) => `endpoints:
  - {name: a, source: generic, verify: {header: {name: X-Key, secret: eight-by}}}
  - {name: b, source: generic, verify: {hmac: {header: x-sig, secret: eight-by, algorithm: sha1, encoding: hex}}}
subscribers:
  - name: s
    url: http://h/
    receives:
      - endpoint: "${endpoint}"
        where: {any: [{type: x}, {not: {headers: {${header}: x}}}]}
`;
  const refusal = 'verifies by, which is not kept: nothing can be asked of it';
  assert.deepEqual(mistakesOf(file('*', 'x-key')), [
    `relay.yaml:9:51 subscribers[0].receives[0].where.any[1].not.headers.x-key: is what "a" ${refusal}`,
  ]);
  assert.deepEqual(mistakesOf(file('b', 'X-Sig')), [
    `relay.yaml:9:51 subscribers[0].receives[0].where.any[1].not.headers.X-Sig: is what "b" ${refusal}`,
  ]);
  assert.deepEqual(mistakesOf(file('b', 'x-key')), []);
});

test('an endpoint keeps the headers that some rule asks for there, and no other endpoint does', () => {
  const text = `endpoints: [{name: a, source: generic}, {name: b, source: generic}, {name: c, source: generic}]
subscribers:
  - name: s
    url: http://h/
    receives: [{endpoint: a, where: {headers: {z: x}}}]
  - name: t
    url: http://h/
    receives:
      - {endpoint: a, where: {any: [{headers: {X-B: x, X-A: x}}, {not: {all: [{headers: {x-c: x}}]}}]}}
      - {endpoint: b, where: {type: x}}
      - c
      - {endpoint: c, where: {headers: {unread: x}}}
`;
  const { endpoints } = configurationOf(text);
  const kept = endpoints.map((endpoint) => ('keptHeaders' in endpoint ? endpoint.keptHeaders : 'none'));
  assert.deepEqual(kept, [['x-a', 'x-b', 'x-c', 'z'], 'none', 'none']);
});

test('any of an endpoint’s rules will do, and an entry without one wants it all', () => {
  const text = `endpoints: [{name: a, source: generic}, {name: b, source: generic}, {name: c, source: generic}]
subscribers:
  - name: s
    url: http://h/
    receives: [{endpoint: "*", where: {type: x}}, {endpoint: a, where: {type: y}}, "?", c]
`;
  const [all] = configurationOf(text).subscribers;
  assert.deepEqual([all?.endpoints, all?.wheres], [['a', 'b', 'c'], {}]);
  const [some] = configurationOf(text.replace(', "?"', '')).subscribers;
  const [x, y] = ['x', 'y'].map((word) => rule(type, { anyOf: [word] }));
  assert.deepEqual([some?.endpoints, some?.wheres], [['a', 'b', 'c'], { a: [x, y], b: [x] }]);
});

test('rules within rules have an end', () => {
  const nested = (levels: number) => `${'{not: '.repeat(levels)}{type: a}${'}'.repeat(levels)}`;
  const file = (where: string) => subscriberFile(`url: http://h/\nreceives: [{endpoint: e, where: ${where}}]`);
  assert.deepEqual(mistakesOf(file(nested(40))), []);
  for (const where of [nested(60), nested(900), '&a {not: *a}', '&a {any: [*a, *a]}'])
    assert.deepEqual(mistakesOf(file(where)), ['relay.yaml:4:16 subscribers[0].receives[0]: is nested too deeply']);
});

test('a text that is read alone has its own name and lines', () => {
  const linesOf = (text: string) => {
    const reading = readWhere(text, '--where');
    return 'mistakes' in reading ? describeMistakes(reading.mistakes).split('\n') : [];
  };
  assert.deepEqual(linesOf('type: a\nstatus: {}\nstats: b'), [
    '--where:2:1 status: says nothing: give at least one of its keys',
    '--where:3:1 stats: unknown key "stats"; did you mean status?',
  ]);
  assert.deepEqual(linesOf('[a'), [
    '--where:1:3 a colon, a comma, a quote or a closing bracket is missing here or on the line above',
  ]);
  assert.deepEqual(linesOf(''), ['--where: is empty: leave it out to mean every message']);
  assert.deepEqual(linesOf('$' + '{TYPE}'), [
    '--where:1:1 the environment variable TYPE is not set; set it, or write $' + '{TYPE:-default}',
  ]);
});

test('no value in the place of a rule makes it throw', () => {
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 3 }),
      fc.constantFrom('', '{"not": ', '{"body": {"/a": ', '{"type": '),
      (json, before) => {
        const where = before + json + '}'.repeat(before.split('{').length - 1);
        readWhere(where, '--where');
        mistakesOf(subscriberFile(`url: http://h/\nreceives: [{endpoint: e, where: ${where}}]`));
      },
    ),
  );
});
