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

function flightOf(mostBytes: number) {
  let told = 0;
  const onRoom = () => {
    told += 1;
  };
  const flight = createFlight({ clock: () => 0, onRoom, mostBytes });
  return { flight, told: () => told };
}

suite('flight', () => {
  test('a delivery that is being carried is not carried twice', () => {
    const { flight } = flightOf(10_000);
    assert.equal(flight.begin(delivery(1, 10)), true);
    assert.equal(flight.begin(delivery(1, 10)), false);
    assert.deepEqual([flight.size, flight.carried('carrier', 'billing').size], [1, 1]);
    flight.end(delivery(1, 10));
    assert.deepEqual([flight.size, flight.carried('carrier', 'billing').size], [0, 0]);
  });

  // It was forgotten while it was carried, and so could be claimed from itself.
  test('a delivery that was left is not taken again for a while, and not forgotten once it is carried anew', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { flight } = flightOf(10_000);
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

  test('full of bodies there is no room, and word is given when there is again', () => {
    const { flight, told } = flightOf(10_000);
    flight.begin(delivery(1, 6_000));
    flight.begin(delivery(2, 6_000));
    assert.equal(flight.room(), 0);
    flight.end(delivery(2, 6_000));
    assert.equal(told(), 1);
    assert.equal(flight.room(), 1);
  });

  test('what is being read takes room, so that not everybody reads into the same', () => {
    const { flight, told } = flightOf(10_000);
    flight.begin(delivery(1, 2_000));
    const room = flight.room();
    const arrived = flight.expect(room);
    assert.equal(flight.room(), 0);
    arrived();
    assert.equal(told(), 1);
    assert.equal(flight.room(), room);
  });

  test('a body larger than all of the room goes out when nothing else does', () => {
    const { flight } = flightOf(10_000);
    assert.equal(flight.room(), 1);
    flight.begin(delivery(1, 20_000));
    flight.end(delivery(1, 20_000));
    assert.equal(flight.room(), 1);
  });
});
