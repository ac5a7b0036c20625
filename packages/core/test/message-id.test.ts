import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareEntries, type EntryId, messageId, placeOf } from '../src/index.ts';

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

test('entries stand in the order of their numbers, however many digits these have', () => {
  const number = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.maxSafeInteger().map(Math.abs));
  const place = fc.tuple(number, number);
  fc.assert(
    fc.property(place, place, ([aMs, aSeq], [bMs, bSeq]) => {
      const before = aMs < bMs || (aMs === bMs && aSeq < bSeq);
      const same = aMs === bMs && aSeq === bSeq;
      assert.equal(Math.sign(compareEntries(`${aMs}-${aSeq}`, `${bMs}-${bSeq}`)), before ? -1 : same ? 0 : 1);
    }),
  );
});

test('the last place of a ms stands behind its entries, and before those of the next', () => {
  const last = '1700000000000-18446744073709551615' as EntryId;
  assert.ok(compareEntries(last, '1700000000000-9007199254740991') > 0);
  assert.ok(compareEntries(last, '1700000000001-0') < 0);
  assert.equal(compareEntries(last, last), 0);
});
