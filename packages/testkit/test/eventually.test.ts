import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@relay/testkit';

test('what the condition gives is handed on', async () => {
  let looks = 0;
  const value = await eventually('the third look', () => {
    looks += 1;
    return looks === 3 && 'seen';
  });
  assert.equal(value, 'seen');
});

test('a condition that throws is looked at again', async () => {
  let looks = 0;
  await eventually('a look that does not throw', async () => {
    looks += 1;
    if (looks < 3) throw new Error('not yet');
    return true;
  });
  assert.equal(looks, 3);
});

test('what was waited for in vain is named, with the last error as its cause', async () => {
  const cause = new Error('never true');
  const fly = () => {
    throw cause;
  };
  await assert.rejects(eventually('a pig to fly', fly, { withinMs: 1 }), { message: /a pig to fly/, cause });
});
