import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { abandonedAfterMs } from '@relay/journal';
import { createClaimWait } from '../src/claim-wait.ts';

suite('the wait before others are claimed', () => {
  function given() {
    let now = 0;
    const wait = createClaimWait(() => now);
    const pass = (ms: number) => {
      now += ms;
    };
    return { wait, pass };
  }

  test('nobody claims before Redis was reached, nor for as long as a delivery takes to count as abandoned', () => {
    const { wait, pass } = given();
    pass(abandonedAfterMs * 2);
    assert.equal(wait.mayClaim(), false);
    wait.reached();
    pass(abandonedAfterMs - 1);
    assert.equal(wait.mayClaim(), false);
    pass(1);
    assert.equal(wait.mayClaim(), true);
  });

  test('after Redis was away it begins anew', () => {
    const { wait, pass } = given();
    wait.reached();
    pass(abandonedAfterMs);
    wait.lost();
    assert.equal(wait.mayClaim(), false);
    pass(5_000);
    wait.lost();
    wait.reached();
    pass(abandonedAfterMs - 1);
    assert.equal(wait.mayClaim(), false);
    pass(1);
    assert.equal(wait.mayClaim(), true);
  });

  test('a blip every second does not keep anybody from claiming', () => {
    const { wait, pass } = given();
    wait.reached();
    for (let passed = 0; passed < abandonedAfterMs; passed += 1_000) {
      pass(900);
      wait.lost();
      pass(100);
      wait.reached();
    }
    assert.equal(wait.mayClaim(), true);
  });
});
