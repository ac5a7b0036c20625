import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Delivery, none } from '@relay/core';
import { createFlight } from '../src/flight.ts';

function delivery(seq: number, bytes: number): Delivery {
  return {
    message: {
      id: `carrier-1-${seq}-abcd`,
      endpoint: 'carrier',
      ordinal: seq,
      receivedAt: 0,
      contentType: undefined,
      vendorAttempt: undefined,
      account: undefined,
      service: undefined,
      type: undefined,
      correlationId: undefined,
      status: undefined,
      body: Buffer.alloc(bytes),
    },
    entry: `1-${seq}`,
    subscriber: 'billing',
    attempts: none,
  };
}

function newFlight() {
  return createFlight({ clock: () => 0, onRoom: () => undefined });
}

suite('flight', () => {
  test('a delivery that is being carried is not carried twice', () => {
    const flight = newFlight();
    assert.equal(flight.begin(delivery(1, 10)), true);
    assert.equal(flight.begin(delivery(1, 10)), false);
    assert.deepEqual([flight.size, flight.carried('carrier', 'billing').size], [1, 1]);
    flight.end(delivery(1, 10));
    assert.deepEqual([flight.size, flight.carried('carrier', 'billing').size], [0, 0]);
  });

  // It was forgotten while it was carried, and so could be claimed from itself.
  test('a delivery that was left is not taken again for a while, and not forgotten once it is carried anew', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const flight = newFlight();
    const carried = () => flight.carried('carrier', 'billing').size;
    for (const seq of [1, 2]) flight.begin(delivery(seq, 10));
    for (const seq of [1, 2]) flight.leave(delivery(seq, 10));
    t.mock.timers.tick(14_999);
    assert.deepEqual([flight.size, carried()], [0, 2]);
    flight.begin(delivery(1, 10));
    t.mock.timers.tick(1);
    assert.deepEqual([flight.size, carried()], [1, 1]);
    flight.end(delivery(1, 10));
    assert.equal(carried(), 0);
  });

  test('the bodies of what is carried take room, and give it back once', () => {
    const flight = newFlight();
    const before = flight.room('billing');
    flight.begin(delivery(1, 64 * 2 ** 20));
    assert.ok(flight.room('billing') < before);
    flight.leave(delivery(1, 64 * 2 ** 20));
    flight.end(delivery(1, 64 * 2 ** 20));
    flight.begin(delivery(2, 160 * 2 ** 20));
    assert.equal(flight.room('billing'), 0);
  });
});
