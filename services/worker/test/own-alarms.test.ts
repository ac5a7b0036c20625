import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Alarm } from '@relay/retries';
import { createOwnAlarms } from '../src/own-alarms.ts';

const alarm: Alarm = { endpoint: 'carrier', entry: '1-0', generation: 1 };

suite('own alarms', () => {
  test('closing waits for those that ring, and none rings after it', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { promise: end, resolve: endAttempt } = Promise.withResolvers<void>();
    const rung: Alarm[] = [];
    const alarms = createOwnAlarms(async (_subscriber, each) => {
      rung.push(each);
      await end;
    });
    alarms.set('billing', alarm, 10);
    alarms.set('billing', { ...alarm, entry: '2-0' }, 20);
    t.mock.timers.tick(10);
    let closed = false;
    const closing = alarms.close().then(() => {
      closed = true;
    });
    await new Promise(setImmediate);
    assert.equal(closed, false);

    // What rings sets the alarm for the next attempt as it ends, which kept the process alive and rang in vain.
    alarms.set('billing', { ...alarm, generation: 2 }, 10);
    endAttempt();
    await closing;
    t.mock.timers.tick(60_000);
    assert.deepEqual(rung, [alarm]);
  });
});
