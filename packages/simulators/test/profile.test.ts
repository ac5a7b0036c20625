import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextAttempt, profiles } from '../src/profile.ts';
import { createRandom } from '../src/random.ts';

const answer = (status: number) => ({ status, text: '', ms: 1 });
const random = createRandom(1);

test('an acknowledgement ends it, whatever 2xx it is', () => {
  for (const profile of Object.values(profiles)) {
    for (const status of [200, 202, 204, 299]) assert.equal(nextAttempt(profile, 1, answer(status), random), undefined);
  }
});

test('documented: three more, five minutes apart', () => {
  const waits = [1, 2, 3, 4].map((attempt) => nextAttempt(profiles.documented, attempt, answer(503), random));
  assert.deepEqual(waits, [300_000, 300_000, 300_000, undefined]);
});

test('observed: one more after 1.15 to 1.69 s, whether it was refused or the connection broke', () => {
  for (const status of [0, 301, 403, 503]) {
    const wait = nextAttempt(profiles.observed, 1, answer(status), random) ?? 0;
    assert.ok(wait >= 1_150 && wait <= 1_690, String(wait));
    assert.equal(nextAttempt(profiles.observed, 2, answer(status), random), undefined);
  }
});

test('observed: the second follows silence at once', () => {
  assert.equal(nextAttempt(profiles.observed, 1, undefined, random), 0);
});

test('once: none', () => {
  assert.equal(nextAttempt(profiles.once, 1, answer(503), random), undefined);
});
