import assert from 'node:assert/strict';
import { after, before, describe as suite, test } from 'node:test';
import { eventually, type RunningRedis, startRedis } from '@relay/testkit';
import { Redis } from 'ioredis';
import { createHolds, type Holds, type HoldsOptions } from '../src/index.ts';

suite('holds', () => {
  let redis: RunningRedis;
  let client: Redis;
  let names = 0;
  const connections: { disconnect(): void }[] = [];

  before(async () => {
    redis = await startRedis();
    client = connect();
  });
  after(async () => {
    for (const connection of connections) connection.disconnect();
    await redis.stop();
  });

  function connect(): Redis {
    return connectTo(redis.url);
  }

  function connectTo(url: string): Redis {
    const connection = new Redis(url, { protocol: 2, autoResubscribe: false });
    connections.push(connection);
    return connection;
  }

  /** Of one process that looks after a subscriber nobody else has. */
  async function one(options: Partial<HoldsOptions> = {}): Promise<{ name: string; holds: Holds }> {
    names += 1;
    const name = `subscriber-${names}`;
    const holds = createHolds({ redis: client, ...options });
    await holds.follow([name]);
    return { name, holds };
  }

  const failed = { reason: 'breaker', why: '503', nextProbeAt: 0 } as const;
  const wanted = { reason: 'paused', why: 'by hand' } as const;

  test('what was never read may neither be read nor attempted', async () => {
    const holds = createHolds({ redis: client });
    assert.deepEqual([holds.mayRead('nobody'), holds.mayAttempt('nobody')], [false, false]);
    await holds.follow(['nobody']);
    assert.deepEqual([holds.mayRead('nobody'), holds.mayAttempt('nobody')], [true, true]);
  });

  test('only a crowded subscriber may be attempted', async () => {
    const { name, holds } = await one();
    await holds.hold(name, { reason: 'crowded', why: '' });
    assert.deepEqual([holds.mayRead(name), holds.mayAttempt(name)], [false, true]);
    for (const reason of ['breaker', 'gone', 'paused'] as const) {
      assert.ok(await holds.hold(name, { reason, why: '' }), reason);
      assert.deepEqual([holds.mayRead(name), holds.mayAttempt(name)], [false, false]);
    }
  });

  // A person's pause used to end with the memory of Redis, as if a person had resumed.
  test('a hold outlives the memory of Redis while somebody knows of it', async () => {
    const changes: unknown[] = [];
    const { name, holds } = await one({ onChange: (_, now) => changes.push(now.hold?.reason) });
    const other = createHolds({ redis: connect() });
    await other.follow([name]);
    await holds.hold(name, wanted);
    await other.read();
    const before = holds.stateOf(name);
    await client.flushall();
    await Promise.all([holds.read(), other.read()]);
    assert.deepEqual([holds.stateOf(name), other.stateOf(name)], [before, before]);
    assert.deepEqual(changes.slice(1), ['paused']);
    const late = createHolds({ redis: connect() });
    await late.follow([name]);
    assert.deepEqual(late.stateOf(name), before);
    assert.ok((await late.names()).includes(name));
    assert.ok(await late.resume(name));
    await holds.read();
    assert.equal(holds.mayRead(name), true);
  });

  test('a stronger reason stays', async () => {
    const { name, holds } = await one();
    await holds.hold(name, wanted);
    for (const reason of ['gone', 'breaker', 'crowded', 'paused'] as const)
      assert.equal(await holds.hold(name, { reason, why: 'other' }), false, reason);
    const { version, hold } = holds.stateOf(name);
    assert.deepEqual([version, hold?.reason, hold?.why], [1, 'paused', 'by hand']);
  });

  test('what was decided on an older version changes nothing', async () => {
    const { name, holds } = await one();
    await holds.hold(name, { ...failed, version: 0 });
    await holds.resume(name, { version: 1 });
    assert.equal(await holds.hold(name, { ...failed, version: 1 }), false);
    assert.equal(await holds.hold(name, { ...failed, version: 2 }), true);
    assert.equal(await holds.resume(name, { version: 2 }), false);
    assert.equal(holds.stateOf(name).version, 3);
  });

  test('of many that decide at once one does it', async () => {
    const { name, holds } = await one();
    const changed = await Promise.all(Array.from({ length: 10 }, () => holds.hold(name, { ...failed, version: 0 })));
    assert.equal(changed.filter(Boolean).length, 1);
  });

  test('its clock stands still on hold, and goes on while it is crowded', async () => {
    let now = 1_800_000_000_000;
    const { name, holds } = await one({ clock: () => now });
    const pass = (ms: number) => {
      now += ms;
    };
    const began = holds.runningNow(name);
    const shows = () => holds.runningNow(name) - began;
    pass(100);
    await holds.hold(name, failed);
    pass(1_000);
    assert.equal(shows(), 100);
    await holds.hold(name, wanted);
    pass(1_000);
    assert.equal(shows(), 100);
    await holds.resume(name);
    assert.equal(shows(), 100);
    pass(10);
    await holds.hold(name, { reason: 'crowded', why: '' });
    pass(5);
    assert.equal(shows(), 115);
    await holds.resume(name);
    assert.deepEqual([shows(), holds.stateOf(name).heldMs], [115, 2_000]);
  });

  test('a change is known everywhere without a look, and again after the connection was lost', async () => {
    const changes: (string | undefined)[] = [];
    const hearing = connect();
    const { name, holds } = await one({ hearing, onChange: (_name, { hold }) => changes.push(hold?.reason) });
    const other = createHolds({ redis: connect() });
    // Heard of from now on.
    await eventually('it listens', async () => (await client.pubsub('NUMSUB', 'relay:holds'))[1] === 1);
    await other.hold(name, wanted);
    await eventually('it is known', () => holds.stateOf(name).hold?.reason === 'paused');

    await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await other.resume(name);
    await eventually('it runs', () => holds.stateOf(name).hold === undefined);
    assert.deepEqual(changes, [undefined, 'paused', undefined]);
    holds.close();
  });

  // What ioredis was refused when it listened again by itself used to end the process.
  test('that Redis does not let it listen any more is said once each time, and it hears again when it may', async () => {
    const setUser = (...rules: string[]) => client.call('ACL', 'SETUSER', 'hearing', ...rules);
    await setUser('on', '>secret', '~*', '+@all', '&*');
    const hearing = connectTo(redis.url.replace('redis://', 'redis://hearing:secret@'));
    const reasons: unknown[] = [];
    const { name, holds } = await one({ hearing, onDeaf: (reason) => reasons.push(reason) });
    const other = createHolds({ redis: connect() });
    const listens = () => eventually('it listens', async () => (await client.pubsub('NUMSUB', 'relay:holds'))[1] === 1);
    await listens();
    // Redis cuts the connection.
    await setUser('resetchannels');
    await eventually('it is said', () => reasons.length > 0);
    await other.hold(name, wanted);
    await client.call('CLIENT', 'KILL', 'USER', 'hearing');
    await eventually('it is refused again, and all are read', () => holds.stateOf(name).hold !== undefined);
    await setUser('&*');
    await listens();
    await other.resume(name);
    await eventually('it is heard', () => holds.stateOf(name).hold === undefined);
    assert.equal(reasons.length, 1);
    await setUser('resetchannels');
    await eventually('it is said', () => reasons.length > 1);
    for (const reason of reasons) assert.match(String(reason), /NOPERM/);
    holds.close();
  });

  test('one has the right to a probe at a time, when it is due and nobody resumed meanwhile', async () => {
    const { name, holds } = await one();
    const probe = { version: 1, leaseMs: 60_000 };
    assert.equal(await holds.takeProbe(name, { ...probe, by: 'a' }), undefined);
    await holds.hold(name, { ...failed, nextProbeAt: Date.now() + 60_000 });
    const early = await holds.takeProbe(name, { ...probe, by: 'a' });
    assert.ok(early !== undefined && early > 0 && early <= 60_000, `${early}`);
    await holds.resume(name);
    await holds.hold(name, failed);
    assert.equal(await holds.takeProbe(name, { ...probe, by: 'a' }), undefined);

    const due = { ...probe, version: 3 };
    assert.equal(await holds.takeProbe(name, { ...due, by: 'a' }), 0);
    assert.equal(await holds.takeProbe(name, { ...due, by: 'a' }), 0);
    const later = await holds.takeProbe(name, { ...due, by: 'b' });
    assert.ok(later !== undefined && later > 0 && later <= 60_000, `${later}`);
    await holds.endProbe(name, { version: 3, by: 'b', nextProbeAt: 1 });
    assert.equal(holds.stateOf(name).failedProbes, 0);
    await holds.endProbe(name, { version: 3, by: 'a', nextProbeAt: 17 });
    const { failedProbes, nextProbeAt } = holds.stateOf(name);
    assert.deepEqual({ failedProbes, nextProbeAt }, { failedProbes: 1, nextProbeAt: 17 });
    assert.equal(await holds.takeProbe(name, { ...due, by: 'b', leaseMs: 1 }), 0);
    // Whoever had it died.
    await eventually('another may', async () => (await holds.takeProbe(name, { ...due, by: 'c' })) === 0);
  });

  test('a Redis that is full still takes holds and what ends them', async () => {
    const full = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] });
    const own = connectTo(full.url);
    const holds = createHolds({ redis: own });
    await holds.follow(['billing']);
    await own.config('SET', 'maxmemory', '1');
    assert.ok(await holds.hold('billing', failed));
    assert.equal(await holds.takeProbe('billing', { version: 1, by: 'a', leaseMs: 1_000 }), 0);
    await holds.endProbe('billing', { version: 1, by: 'a', nextProbeAt: 17 });
    assert.equal(holds.stateOf('billing').failedProbes, 1);
    assert.ok(await holds.resume('billing'));
    await full.stop();
  });

  test('what is forgotten runs, and is named no more', async () => {
    const { name, holds } = await one();
    await holds.hold(name, wanted);
    assert.ok((await holds.names()).includes(name));
    await holds.forget(name);
    await holds.read();
    assert.deepEqual([holds.mayRead(name), (await holds.names()).includes(name)], [true, false]);
    assert.ok((await client.pttl(`relay:hold:{${name}}`)) > 0);
  });

  test('what is held again after it was forgotten stays so, and its old holds do not count', async () => {
    let now = 1_000;
    const { name, holds } = await one({ clock: () => now });
    await holds.hold(name, wanted);
    now += 500_000;
    await holds.forget(name);
    await holds.hold(name, wanted);
    assert.equal(await client.pttl(`relay:hold:{${name}}`), -1);
    assert.equal(holds.stateOf(name).heldMs, 0);
  });

  test('a reason that only a later version knows holds it until a person resumes it', async () => {
    const { name, holds } = await one();
    await client.hset(`relay:hold:{${name}}`, { state: 'held', reason: 'lunar', since: '1', version: '4', why: 'x' });
    await holds.read();
    assert.equal(holds.stateOf(name).hold?.reason, 'paused');
    assert.equal(await holds.hold(name, failed), false);
    assert.equal(await holds.resume(name), true);
  });
});
