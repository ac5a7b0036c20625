// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration look like these
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { interpolate } from '../src/interpolate.ts';
import { configurationOf, mistakesOf, subscriberFile } from './reading.ts';

const environment = { NAME: 'value', EMPTY: '', DOLLAR: '${NAME} $$', _1: 'one' };

test('variables are filled in', () => {
  const filled = {
    '': '',
    'no variables': 'no variables',
    '${NAME}': 'value',
    'a ${NAME} b ${_1}': 'a value b one',
    '${EMPTY}': '',
    '${NAME:-other}': 'value',
    '${EMPTY:-other}': 'other',
    '${UNSET:-}': '',
    '${UNSET:-redis://127.0.0.1:6379}': 'redis://127.0.0.1:6379',
    '${NAME:?is needed}': 'value',
    '$${NAME}': '${NAME}',
    pa$$word: 'pa$word',
    'pa$word $': 'pa$word $',
    '${DOLLAR}': '${NAME} $$',
  };
  for (const [text, expected] of Object.entries(filled))
    assert.deepEqual(interpolate(text, environment), { text: expected }, text);
});

test('a variable that cannot be filled in is named', () => {
  const faults = {
    '${UNSET}': /UNSET is not set/,
    '${UNSET:?from the vault}': /UNSET is not set: from the vault/,
    '${EMPTY:?}': /EMPTY is not set: it is needed/,
    '${}': /a variable is written/,
    '${1A}': /a variable is written/,
    '${NAME-x}': /a variable is written/,
    '${UNSET:-${NAME}}': /one not inside another/,
    'x ${NAME': /without its }/,
    '${toString}': /toString is not set/,
  };
  for (const [text, expected] of Object.entries(faults)) {
    const answer = interpolate(text, environment);
    assert.match('faults' in answer ? answer.faults.join() : 'none', expected, text);
  }
});

test('every missing variable of a value is named', () => {
  const answer = interpolate('${A} ${B}', {});
  assert.equal('faults' in answer && answer.faults.length, 2);
});

test('a text whose dollars are doubled stays what it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', ':', '-', '?', 'A', ' ') }), (text) => {
      assert.deepEqual(interpolate(text.replaceAll('$', '$$$$'), {}), { text });
    }),
  );
});

test('a value without quotes is read as YAML reads it, one in quotes stays text', () => {
  const file = (port: string) =>
    `ingest: {operations: {host: h}, listeners: [{host: h}]}\nworker:\n  operations:\n    port: ${port}\nendpoints: []\nsubscribers: []\n`;
  assert.equal(configurationOf(file('${PORT:-8081}')).worker.operations.port, 8081);
  assert.equal(configurationOf(file('${PORT}'), { environment: { PORT: '0x10' } }).worker.operations.port, 16);
  assert.deepEqual(mistakesOf(file('"${PORT:-8081}"')), [
    'relay.yaml:4:5 worker.operations.port: must be a port number from 0 to 65535, without quotes',
  ]);
});

test('a variable cannot change the shape of the file', () => {
  const text = subscriberFile('url: http://host/\nreceives: [e]\nheaders:\n  x-a: ${VALUE}');
  for (const value of [
    '{a: b}',
    '[a]',
    'a: b',
    'a # b',
    'a\nb: c',
    '*a',
    '!a b',
    '- a',
    '"a"',
    "'",
    '---',
    '&a',
    '|',
    '> a',
    '%',
  ]) {
    const more = { environment: { VALUE: value } };
    if (value.includes('\n')) assert.match(mistakesOf(text, more).join(), /x-a: must be text that a header can carry/);
    else assert.equal(configurationOf(text, more).subscribers[0]?.headers['x-a'], value);
  }
});

test('a missing variable is one mistake at its place', () => {
  assert.deepEqual(
    mistakesOf(subscriberFile('url: ${HOOK}\nreceives: ["${WHAT}"]\nsign: {secret: ["${KEY}"]}\ntimeout: ${T}')),
    [
      'relay.yaml:3:5 subscribers[0].url: the environment variable HOOK is not set; set it, or write ${HOOK:-default}',
      'relay.yaml:4:16 subscribers[0].receives[0]: the environment variable WHAT is not set; set it, or write ${WHAT:-default}',
      'relay.yaml:5:21 subscribers[0].sign.secret[0]: the environment variable KEY is not set; set it, or write ${KEY:-default}',
      'relay.yaml:6:5 subscribers[0].timeout: the environment variable T is not set; set it, or write ${T:-default}',
    ],
  );
});
