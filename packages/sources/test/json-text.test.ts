import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { elementsOf, membersOf, type Span, scalarOf, wholeOf, withoutMembers } from '../src/json-text.ts';

const mark = '\uFEFF';

function written(json: Buffer, { start, end }: Span): string {
  return json.toString('utf8', start, end);
}

function membersIn(text: string): [string, string][] {
  const json = Buffer.from(text);
  return membersOf(json, wholeOf(json)).map(({ name, value }) => [name, written(json, value)]);
}

function elementsIn(text: string): string[] {
  const json = Buffer.from(text);
  return elementsOf(json, wholeOf(json)).map((span) => written(json, span));
}

function without(text: string, ...names: string[]): string {
  const json = Buffer.from(text);
  return withoutMembers(json, [wholeOf(json)], new Set(names)).toString();
}

suite('members', () => {
  const table: [string, string, [string, string][]][] = [
    ['none', ' { } ', []],
    [
      'one of each kind',
      '{"a":1,"b":[2],"c":{"d":3},"e":"f","g":null}',
      [
        ['a', '1'],
        ['b', '[2]'],
        ['c', '{"d":3}'],
        ['e', '"f"'],
        ['g', 'null'],
      ],
    ],
    [
      'white space everywhere',
      '\n{ "a"\t:\r\n 1.0 , "b" : [ ] }',
      [
        ['a', '1.0'],
        ['b', '[ ]'],
      ],
    ],
    [
      'a repeated name',
      '{"a":1,"\\u0061":2}',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    [
      'punctuation in texts',
      '{"a:{,}[]\\"":"b\\\\","c":",\\"}"}',
      [
        ['a:{,}[]"', '"b\\\\"'],
        ['c', '",\\"}"'],
      ],
    ],
    ['names beyond ASCII', '{"\u0441allbackId":"\u00fc\ud83d\ude00"}', [['\u0441allbackId', '"\u00fc\ud83d\ude00"']]],
    ['a name that begins with a byte order mark', `{"${mark}a":1}`, [[`${mark}a`, '1']]],
    ['__proto__', '{"__proto__":1}', [['__proto__', '1']]],
    ['behind a byte order mark', `${mark} {"a":1}`, [['a', '1']]],
    ['of a list', '[{"a":1}]', []],
    ['of a text', '"{"', []],
  ];
  for (const [what, text, expected] of table) {
    test(`${what}: ${expected.length}`, () => assert.deepEqual(membersIn(text), expected));
  }

  test('bytes that are not UTF-8 move nothing', () => {
    const json = Buffer.from('{"Z\u00fcrich":"\u00e4","b":2}', 'latin1');
    const members = membersOf(json, wholeOf(json));
    assert.deepEqual(
      members.map(({ name, value }) => [name, json.toString('latin1', value.start, value.end)]),
      [
        ['Z\u00fcrich', '"\u00e4"'],
        ['b', '2'],
      ],
    );
  });
});

suite('elements', () => {
  const table: [string, string[]][] = [
    ['[]', []],
    ['[ \n]', []],
    [
      '[1 ,-2.50e+3,\t"3,]" , [4,[5]],{"a":[6]}, true,null ]',
      ['1', '-2.50e+3', '"3,]"', '[4,[5]]', '{"a":[6]}', 'true', 'null'],
    ],
    ['{"a":[1]}', []],
    ['"[1]"', []],
    ['1', []],
  ];
  for (const [text, expected] of table) {
    test(`${text.trim()}: ${expected.length}`, () => assert.deepEqual(elementsIn(text), expected));
  }
});

test('a scalar is a text without its escapes or a number with all its digits', () => {
  const table: [string, string | undefined][] = [
    ['""', ''],
    ['"\\u00fc\\n\\\\u0041"', '\u00fc\n\\u0041'],
    ['"null"', 'null'],
    ['12345678901234567890', '12345678901234567890'],
    ['-0.10e-400', '-0.10e-400'],
    ['true', 'true'],
    ['null', undefined],
    ['{}', undefined],
    ['["a"]', undefined],
  ];
  for (const [text, expected] of table) {
    const json = Buffer.from(` ${text} `);
    assert.equal(scalarOf(json, wholeOf(json)), expected, text);
  }
});

suite('without members', () => {
  const table: [string, string][] = [
    ['{"x":1}', '{}'],
    ['{ "x" : 1 }', '{  }'],
    ['{"x":1, "a":2}', '{"a":2}'],
    ['{"a":2 , "x":1 }', '{"a":2 }'],
    ['{"a":1, "x":2 , "b":3}', '{"a":1 , "b":3}'],
    ['{"x":1,"x":[2],"a":3,"x":{"x":4}, "b":{"x":5}}', '{"a":3, "b":{"x":5}}'],
    ['{"\\u0078":1}', '{}'],
    [`${mark}\n{"x":1}\n`, `${mark}\n{}\n`],
    ['{"a":9007199254740993}', '{"a":9007199254740993}'],
    ['[{"x":1}]', '[{"x":1}]'],
  ];
  for (const [text, expected] of table)
    test(`${text} is ${expected}`, () => assert.equal(without(text, 'x'), expected));

  test('they go from several objects at once', () => {
    const json = Buffer.from('{"list":[ {"x":1}, {"a":1,"x":2} , 3],"x":4}');
    const whole = wholeOf(json);
    const list = membersOf(json, whole)[0]?.value ?? whole;
    const objects = [whole, ...elementsOf(json, list)];
    assert.equal(withoutMembers(json, objects, new Set(['x'])).toString(), '{"list":[ {}, {"a":1} , 3]}');
  });

  test('a text without any is not copied', () => {
    const json = Buffer.from('{"a":1}');
    assert.equal(withoutMembers(json, [wholeOf(json)], new Set(['x'])), json);
  });
});

suite('any text', () => {
  const anySpace = fc.constantFrom('', ' ', '\r\n\t');

  /** A text as any writer of JSON may write it, and every value under the same few names. */
  const anyText = fc.letrec<{ value: string; list: string; object: string; scalar: string }>((tie) => ({
    value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, tie('scalar'), tie('list'), tie('object')),
    scalar: fc.jsonValue({ maxDepth: 0 }).map((value) => JSON.stringify(value)),
    list: fc
      .tuple(fc.array(tie('value'), { maxLength: 4 }), anySpace)
      .map(([items, space]) => `[${space}${items.join(`${space},`)}${space}]`),
    object: fc
      .tuple(
        fc.array(fc.tuple(fc.constantFrom('"a"', '"\\u0061"', '"b"', '"__proto__"', '""'), tie('value')), {
          maxLength: 4,
        }),
        anySpace,
      )
      .map(
        ([items, space]) =>
          `{${space}${items.map(([name, value]) => `${name}${space}:${space}${value}`).join(`${space},${space}`)}${space}}`,
      ),
  })).value;

  test('comes to the value that JSON.parse finds', () => {
    fc.assert(
      fc.property(anyText, anySpace, (text, space) => {
        const json = Buffer.from(space + text + space);
        assert.deepEqual(valueIn(json, wholeOf(json)), JSON.parse(text));
      }),
    );
  });

  test('without some members is the value without them', () => {
    fc.assert(
      fc.property(anyText, fc.subarray(['a', 'b', '__proto__', '']), (text, names) => {
        const value: unknown = JSON.parse(text);
        const rest = JSON.parse(without(text, ...names));
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return assert.deepEqual(rest, value);
        const kept = Object.entries(value).filter(([name]) => !names.includes(name));
        assert.deepEqual(rest, Object.fromEntries(kept));
      }),
    );
  });
});

function valueIn(json: Buffer, span: Span): unknown {
  switch (json[span.start]) {
    case 0x7b:
      return Object.fromEntries(membersOf(json, span).map(({ name, value }) => [name, valueIn(json, value)]));
    case 0x5b:
      return elementsOf(json, span).map((element) => valueIn(json, element));
    case 0x22:
      return scalarOf(json, span);
    default:
      return JSON.parse(scalarOf(json, span) ?? 'null');
  }
}

test('nesting as deep as the text is long needs no stack', () => {
  const deep = 200_000;
  const inner = `${'[{"a":'.repeat(deep)}1${'}]'.repeat(deep)}`;
  assert.deepEqual(membersIn(`{"x":${inner},"b":2}`), [
    ['x', inner],
    ['b', '2'],
  ]);
  assert.equal(without(`{"x":${inner},"b":2}`, 'x'), '{"b":2}');
});
