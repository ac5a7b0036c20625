import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { aftermathsOf, causesOf, heldBy, unacknowledged } from '../src/aftermath.ts';
import type { Arrival } from '../src/arrivals.ts';
import type { Happened } from '../src/fault.ts';
import type { Post } from '../src/post.ts';

test('the wait after a fault is from its end to the first delivery', () => {
  const happened = [fault('redis-killed', 100, 200), fault('redis-killed', 900, 1_000)];
  const arrivals = [arrival(150), arrival(205, { status: 503 }), arrival(230), arrival(1_010)];
  const posts = [post({ at: 99, ackMs: 90 }), post({ at: 150, ackMs: 40 }), post({ at: 160, ackMs: 80, status: 503 })];
  assert.deepEqual(aftermathsOf({ happened, arrivals, posts }), [
    { name: 'redis-killed', count: 2, worstAckMs: 40, medianMs: 20, worstMs: 30 },
  ]);
});

test('after which nothing was delivered any more, the wait has no end', () => {
  const [only] = aftermathsOf({ ...nothing, happened: [fault('redis-killed', 100, 200)], arrivals: [arrival(150)] });
  assert.equal(only?.worstMs, Number.POSITIVE_INFINITY);
});

test('a fault that ended while Redis was broken in another way tells nothing', () => {
  const happened = [fault('redis-frozen', 100, 900), fault('ingest-killed', 150, 200)];
  const [, ingest] = aftermathsOf({ ...nothing, happened, arrivals: [arrival(950)] });
  assert.deepEqual(ingest, {
    name: 'ingest-killed',
    count: 1,
    worstAckMs: Number.NaN,
    medianMs: Number.NaN,
    worstMs: Number.NaN,
  });
});

test('the slowest of more acknowledgements than a function takes arguments is found', () => {
  const posts = Array.from({ length: 200_000 }, (_, index) => post({ at: 150, ackMs: index }));
  const [only] = aftermathsOf({ ...nothing, happened: [fault('redis-killed', 100, 200)], posts });
  assert.equal(only?.worstAckMs, 199_999);
});

test('what broke off when a worker was killed was held by it until it is delivered again', () => {
  const arrivals = [
    arrival(90, { message: 'one', status: 0, endedAt: 105 }),
    arrival(95, { message: 'two', status: 0, endedAt: 105 }),
    arrival(600, { message: 'one', endedAt: 650 }),
    arrival(800, { message: 'two', status: 503 }),
    arrival(900, { message: 'two' }),
  ];
  assert.deepEqual(heldBy([fault('worker-killed', 100, 400, 'worker-2')], arrivals), [
    { worker: 'worker-2', count: 2, firstMs: 500, lastMs: 800, firstByClockMs: 500, lastByClockMs: 800 },
  ]);
});

test('what cuts workers off from Redis starts the wait for what was held anew, not by the clock', () => {
  const arrivals = [arrival(90, { status: 0, endedAt: 105 }), arrival(900)];
  const cut = { ...fault('redis-frozen', 300, 500), cutsOffWorkers: true };
  const later = { ...fault('redis-frozen', 950, 960), cutsOffWorkers: true };
  const [held] = heldBy([fault('worker-killed', 100, 400), cut, fault('scripts-flushed', 800, 800), later], arrivals);
  assert.deepEqual([held?.firstMs, held?.firstByClockMs], [400, 800]);
});

test('repeats go with the faults in which they could not be settled, else with a later one', () => {
  const happened = [
    fault('redis-frozen', 5_000, 6_000),
    fault('ingest-killed', 5_500, 5_600),
    fault('redis-resets', 18_000, 30_000),
    fault('worker-killed', 20_000, 21_000),
    fault('cursor-destroyed', 60_000, 60_000),
  ];
  const repeats = [
    { message: 'one', firstAt: 5_500, at: 6_500 },
    { message: 'two', firstAt: 19_999, at: 35_000 },
    { message: 'three', firstAt: 40_000, at: 60_500 },
    { message: 'four', firstAt: 70_000, at: 80_000 },
  ];
  assert.deepEqual(causesOf(repeats, happened), {
    'redis-frozen': 1,
    'redis-resets with worker-killed': 1,
    'cursor-destroyed': 1,
    'nothing that is known': 1,
  });
});

suite('when an ingest is killed', () => {
  const happened = [
    { ...fault('ingest-killed', 50_000, 58_000), brokenAt: 50_030 },
    fault('ingest-restarted', 70_000, 71_000),
  ];

  for (const [what, changes] of [
    ['under way in that moment, and broke off', { at: 49_990, ackMs: 60 }],
    ['sent to the one that was just gone', { at: 50_090, ackMs: 5 }],
  ] as const) {
    test(`a post that was ${what} is cut off`, () => {
      const { cutOff, refused } = unacknowledged([post({ ...changes, status: 0 })], happened);
      assert.deepEqual([cutOff.length, refused.length], [1, 0]);
    });
  }

  for (const [what, changes] of [
    ['hangs from long before until long after', { at: 30_000, ackMs: 30_000, status: 0 }],
    ['hangs while the other ingest is alone', { at: 57_000, ackMs: 30_000, status: 0 }],
    ['breaks off while the other ingest is alone', { at: 52_000, ackMs: 5, status: 0 }],
    ['breaks off before', { at: 49_000, ackMs: 900, status: 0 }],
    ['breaks off while another one is restarted', { at: 70_050, ackMs: 5, status: 0 }],
    ['is answered 503', { at: 49_990, ackMs: 50, status: 503 }],
  ] as const) {
    test(`a post that ${what} is refused`, () => {
      const { cutOff, refused } = unacknowledged([post(changes)], happened);
      assert.deepEqual([cutOff.length, refused.length], [0, 1]);
    });
  }
});

const nothing = { happened: [], arrivals: [], posts: [] };

function fault(name: string, begunAt: number, endedAt: number, what = ''): Happened {
  const [first] = name.split('-');
  const track = first === 'ingest' || first === 'worker' ? first : 'redis';
  return { name, track, what, cutsOffWorkers: false, begunAt, brokenAt: begunAt, endedAt };
}

function arrival(at: number, changes: Partial<Arrival> = {}): Arrival {
  return {
    subscriber: 'slow',
    id: 'a',
    digest: '',
    message: 'm',
    attempt: 1,
    at,
    status: 200,
    endedAt: at,
    ...changes,
  };
}

function post(changes: Partial<Post>): Post {
  return { at: 0, ackMs: 1, status: 200, trouble: '', ...changes };
}
