import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GiveUpReason, outcomeKinds } from '@relay/core';
import fc from 'fast-check';
import { decodeRecord, encodeRecord } from '../src/record.ts';

/** Up to the year 2255: longer in base 36 than any time this code will see. */
const instant = fc.integer({ min: 0, max: 9_000_000_000_000 });
const word = fc.oneof(fc.integer({ min: 100, max: 599 }).map(String), fc.constantFrom(...outcomeKinds));
const attempts = fc.record(
  {
    count: fc.integer({ min: 1, max: 99_999 }),
    firstAt: instant,
    words: fc.array(word, { minLength: 1, maxLength: 30 }),
    replay: fc.integer({ min: 1, max: 9_999 }),
  },
  { requiredKeys: ['count', 'firstAt', 'words'] },
);
const reason = fc.constantFrom<GiveUpReason>('gone', 'refused', 'too old', 'too many attempts');
const settlement = fc.oneof(
  fc.record({ state: fc.constant('delivered' as const), attempts, at: instant }),
  fc.record({ state: fc.constant('open' as const), attempts, at: instant, dueAt: instant }),
  fc.record({ state: fc.constant('dead' as const), attempts, at: instant, reason }),
);

test('a record gives back what it was made of, but for the earliest outcomes', () => {
  fc.assert(
    fc.property(settlement, (settled) => {
      const record = decodeRecord(encodeRecord(settled));
      const { state, at } = settled;
      const { words, ...others } = settled.attempts;
      const latest = record?.attempts.words ?? [];
      assert.deepEqual(record, {
        state,
        at,
        dueAt: settled.state === 'open' ? settled.dueAt : undefined,
        reason: settled.state === 'dead' ? settled.reason : undefined,
        attempts: { ...others, words: words.slice(words.length - latest.length) },
      });
      assert.ok(latest.length >= 1);
    }),
  );
});

test('a record is never longer than the 64 bytes that Redis keeps in its compact form', () => {
  fc.assert(fc.property(settlement, (settled) => encodeRecord(settled).length <= 64));
});

test('early outcomes stay as long as there is room', () => {
  const first = { count: 3, firstAt: 1_700_000_000_000, words: ['503', 'timeout', '200'] };
  const record = decodeRecord(encodeRecord({ state: 'delivered', attempts: first, at: 1_700_000_060_000 }));
  assert.deepEqual(record?.attempts.words, ['503', 'timeout', '200']);
});

test('fractions of a ms are rounded and do not spoil a record', () => {
  const first = { count: 1, firstAt: 1.4, words: ['503'] };
  const record = decodeRecord(encodeRecord({ state: 'open', attempts: first, at: 2.5, dueAt: 3.6 }));
  assert.deepEqual([record?.attempts.firstAt, record?.at, record?.dueAt], [1, 3, 4]);
});

test('what is no record is undefined', () => {
  for (const text of ['', 'q 1 a b c 200', 'nonsense']) assert.equal(decodeRecord(text), undefined);
});
