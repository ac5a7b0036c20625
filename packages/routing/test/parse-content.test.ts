import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseContent } from '../src/parse-content.ts';

const value = (content: string) => parseContent(content)?.value;

test('a number that may lose digits is the text that it is written as, wherever it stands', () => {
  const long = [
    '1234567890123456',
    '-1234567890123456',
    '0.1234567890123456',
    '1e400',
    '-1.5E-400',
    '12345678901234567e3',
  ];
  for (const text of long) {
    assert.equal(value(text), text);
    assert.deepEqual(value(`[1, ${text}]`), [1, text]);
    assert.deepEqual(value(`{"a":${text},"b":\n${text}}`), { a: text, b: text });
  }
  for (const text of ['123456789012345', '-123456789012345', '0.1', '1e99', '-1.5E-9', '0'])
    assert.deepEqual(value(`[${text}]`), [Number(text)]);
});

test('strings stay as they are, whatever they contain', () => {
  const texts = ['a: 12345678901234567890', '\\"', '\\\\', '[1e400,', '"12345678901234567890"', '\u2028', ''];
  const content = JSON.stringify(Object.fromEntries(texts.map((text) => [text, [text]])));
  const long = '{"long":12345678901234567890,';
  assert.deepEqual(value(content.replace('{', long)), {
    long: '12345678901234567890',
    ...Object.fromEntries(texts.map((text) => [text, [text]])),
  });
});

test('everything else is as JSON.parse has it, beside a long number or not', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (given) => {
      const exact = JSON.parse(
        JSON.stringify(given, (_, one) => (typeof one === 'number' ? Math.trunc(one) % 1e9 : one)),
      );
      assert.deepEqual(value(JSON.stringify(exact)), exact);
      assert.deepEqual(value(`[12345678901234567890,${JSON.stringify(exact)}]`), ['12345678901234567890', exact]);
    }),
  );
});

test('a text that is no JSON has no value, and none is too deep to be read', () => {
  for (const text of ['', '{', 'undefined', '[12345678901234567890', '"12345678901234567890'])
    assert.equal(parseContent(text), undefined, text);
  assert.ok(parseContent(`${'['.repeat(200_000)}1e400${']'.repeat(200_000)}`));
});
