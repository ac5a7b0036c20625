import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually, type FaultProxy, tailTearer } from '@relay/testkit';
import { configuration, subscriber } from './given.ts';
import { type Station, startStation } from './station.ts';

interface Fault {
  readonly what: string;
  /** Breaks something; what it returns mends it. */
  readonly begin: (station: Station, way: FaultProxy) => Promise<() => Promise<unknown>>;
  /** Redis takes nothing meanwhile. */
  readonly refuses?: true;
  /** Something is delivered twice, since Redis does not know any more how far the subscriber had come. */
  readonly forgets?: true;
}

const log = 'relay:{carrier}:log';
const healed = (way: FaultProxy) => () => way.heal();
const nothing = async () => undefined;

const faults: readonly Fault[] = [
  {
    what: 'is killed and comes back',
    refuses: true,
    async begin({ redis }) {
      await redis.kill();
      return () => redis.restart();
    },
  },
  {
    what: 'comes back with an append-only file that is torn at its end',
    refuses: true,
    async begin({ redis, client }) {
      const tear = await tailTearer(client);
      await redis.kill();
      tear();
      return () => redis.restart();
    },
  },
  {
    what: 'freezes',
    async begin({ redis }) {
      redis.pause();
      return async () => redis.resume();
    },
  },
  {
    what: 'resets its connections again and again',
    async begin(_, way) {
      await way.resetEvery(100);
      return healed(way);
    },
  },
  {
    what: 'vanishes in a black hole',
    async begin(_, way) {
      await way.blackHole();
      return healed(way);
    },
  },
  {
    what: 'answers 500 ms late',
    async begin(_, way) {
      await way.latency(250);
      return healed(way);
    },
  },
  {
    what: 'is a read-only replica for a while',
    refuses: true,
    async begin({ client }) {
      await client.replicaof('127.0.0.1', 1);
      return () => client.replicaof('NO', 'ONE');
    },
  },
  {
    what: 'forgets its scripts',
    async begin({ client }) {
      await client.script('FLUSH');
      return nothing;
    },
  },
  {
    what: 'loses the cursor',
    forgets: true,
    async begin({ client }) {
      await client.xgroup('DESTROY', log, 'billing');
      return nothing;
    },
  },
  {
    what: 'steps its clock back',
    async begin({ client }) {
      await client.xsetid(log, `${Date.now() + 3_600_000}-0`);
      return nothing;
    },
  },
];

/** Long enough to be noticed, short enough for a test. */
const faultMs = 1_500;
const mostLines = 20;
const beside = ['worker.started', 'configuration.applied', 'delivery.attempted'];

suite('recovery', { concurrency: 4 }, () => {
  for (const { what, begin, refuses, forgets } of faults) {
    test(`Redis ${what}: no restart, everything arrives, and the books add up`, async (t) => {
      const station = await startStation(t, { appendFsync: 'always' });
      const way = await station.startWay();
      const taken: string[] = [];
      const receiver = await station.startReceiver(async ({ headers }, number) => {
        await pause(10);
        if (number % 7 === 0) return { status: 503 };
        taken.push(String(headers['webhook-id']));
        return { status: 200 };
      });
      const worker = await station.startProcess(configuration([subscriber(receiver.url)]), {}, way);
      const before = await station.keepMany(100, 'before');
      await eventually('some deliveries', () => receiver.received.length >= 20);

      const mend = await begin(station, way);
      const during = refuses ? [] : station.keepMany(50, 'during');
      await pause(faultMs);
      await mend();
      const mendedAt = Date.now();
      await eventually('Redis takes messages', () => station.journal.reachable());
      const after = await station.keepMany(50, 'after');
      const first = await eventually('a delivery', () => receiver.received.find(({ at }) => at >= mendedAt));
      t.diagnostic(`the first delivery came after ${first.at - mendedAt} ms`);
      await station.settled();

      const ids = [...before, ...(await during), ...after].sort();
      assert.deepEqual(forgets ? [...new Set(taken)].sort() : taken.sort(), ids);
      const { read, skipped, delivered, dead, discarded } = await station.ledger();
      assert.equal(read, skipped + delivered + dead + discarded);
      assert.ok(forgets ? delivered >= ids.length : delivered === ids.length, `${delivered} of ${ids.length}`);
      assert.equal(await worker.ready(), 200);
      const said = worker.logs().filter(({ msg }) => !beside.includes(String(msg)));
      assert.ok(said.length < mostLines, JSON.stringify(said));
      assert.deepEqual(worker.stderr, []);
    });
  }
});
