import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type EntryId, messageId, placeOf } from '../src/index.ts';

test('an id says where its message lies, whatever the endpoint is called', () => {
  const endpoint = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/);
  const number = fc.integer({ min: 0, max: 2 ** 48 });
  const check = fc.stringMatching(/^[0-9a-f]{4}$/);
  fc.assert(
    fc.property(endpoint, number, number, check, (name, ms, seq, digits) => {
      const entry: EntryId = `${ms}-${seq}`;
      assert.deepEqual(placeOf(messageId(name, entry, digits)), { endpoint: name, entry, check: digits });
    }),
  );
});

test('what is no id lies nowhere', () => {
  for (const text of [
    '',
    'carrier',
    'carrier-1-2',
    'carrier-1-x-beef',
    '-1-0-beef',
    'carrier-1-0-BEEF',
    'carrier-1-0-beefs',
  ]) {
    assert.equal(placeOf(text), undefined, text);
  }
});
