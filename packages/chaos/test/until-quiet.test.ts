import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Look, untilQuiet } from '../src/until-quiet.ts';

const neverMs = 3_600_000;

test('what is done is looked at no more', async () => {
  const looks = looking([
    { done: false, state: '1' },
    { done: false, state: '1' },
    { done: true, state: '2' },
  ]);
  await untilQuiet({ look: looks.next, lastLookMs: 0, quietMs: neverMs });
  assert.equal(looks.count(), 3);
});

test('what does not move any more is not waited for', async () => {
  await untilQuiet({ look: async () => ({ done: false, state: 'still' }), lastLookMs: neverMs, quietMs: 300 });
});

test('what moves without end is not waited for without end', async () => {
  const looks = looking([
    { done: false, state: 'one' },
    { done: false, state: 'other' },
  ]);
  await untilQuiet({ look: looks.next, lastLookMs: neverMs, quietMs: neverMs, mostMs: 900 });
  assert.ok(looks.count() > 2);
});

test('what moves again and again is waited for longer than what has stopped', async () => {
  const moving = [1, 2, 3, 4].map((state) => ({ done: false, state: `${state}` }));
  const looks = looking([...moving, { done: true, state: 'end' }]);
  await untilQuiet({ look: looks.next, lastLookMs: 0, quietMs: 500 });
  assert.equal(looks.count(), 5);
});

test('a signal ends the waiting, and the last look', async () => {
  for (const done of [false, true]) {
    const stopping = new AbortController();
    const look = async () => {
      setImmediate(() => stopping.abort());
      return { done, state: '' };
    };
    await assert.rejects(untilQuiet({ look, lastLookMs: neverMs, stopping: stopping.signal }), { name: 'AbortError' });
  }
});

/** Shows these one after the other, again and again. */
function looking(looks: readonly Look[]) {
  let count = 0;
  return {
    next: async () => {
      const look = looks[count % looks.length];
      count += 1;
      assert.ok(look !== undefined);
      return look;
    },
    count: () => count,
  };
}
