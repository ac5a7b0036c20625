import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import { eventually, type RunningCluster, startProcess, startRedisCluster } from '@relay/testkit';
import { Redis } from 'ioredis';
import {
  BrokenLogError,
  connectFast,
  connectPatient,
  createBell,
  createDeadLetters,
  createJournal,
  createRedisWarnings,
  createReplays,
  createSkip,
  type Journal,
  type JournalOptions,
  NotKeptError,
} from '../src/index.ts';
import {
  books,
  booksOf,
  day,
  dead,
  delivered,
  givenMessage,
  keepAll,
  keepOne,
  newToken,
  nodesOf,
  open,
  planOf,
  settle,
  textsOf,
} from './given.ts';

/** Each lies on another node of three. */
const endpoints = ['a', 'b', 'carrier'] as const;
const plans = endpoints.map((endpoint) => planOf(endpoint));

suite('on a cluster', () => {
  let cluster: RunningCluster;
  let closing: (() => void)[] = [];

  before(async () => {
    cluster = await startRedisCluster({ appendFsync: 'always' });
  });
  after(async () => {
    for (const close of closing) close();
    closing = [];
    await cluster.stop();
  });

  function journal(temper: 'fast' | 'patient', options: Partial<JournalOptions> = {}): Journal {
    const connect = temper === 'fast' ? connectFast : connectPatient;
    const redis = connect({ cluster: nodesOf(cluster.nodes), tls: false, name: temper });
    const made = createJournal({ redis, consumer: temper, retentionMs: () => day, ...options });
    closing.push(() => {
      made.close();
      redis.disconnect();
    });
    return made;
  }

  async function applied(options: Partial<JournalOptions> = {}): Promise<Journal> {
    const made = journal('fast', options);
    await eventually('the configuration is applied', () => made.apply(plans));
    return made;
  }

  /** Another endpoint on the same node. */
  async function neighbourOf(endpoint: string): Promise<string> {
    const home = await cluster.shardOf(`{${endpoint}}`);
    for (let i = 0; ; i += 1) if ((await cluster.shardOf(`{neighbour-${i}}`)) === home) return `neighbour-${i}`;
  }

  test('logs lie on different nodes, and are kept, read and settled together', async () => {
    assert.equal(new Set(await Promise.all(endpoints.map((e) => cluster.shardOf(`{${e}}`)))).size, endpoints.length);
    const [ingest, worker] = [await applied(), journal('patient')];
    await worker.apply(plans);
    const ids = await Promise.all(endpoints.map((endpoint) => keepAll(ingest, endpoint, ['one', 'two'])));
    assert.deepEqual((await ingest.endpoints()).toSorted(), [...endpoints].toSorted());
    const deliveries = await worker.read('billing', endpoints, 10);
    assert.deepEqual(deliveries.map(({ message }) => message.id).toSorted(), ids.flat().toSorted());
    const counted = await Promise.all(deliveries.map((delivery) => settle(worker, delivery, delivered)));
    assert.ok(counted.every(Boolean));
    for (const endpoint of endpoints) {
      assert.deepEqual(await booksOf(worker, endpoint), books({ read: 2, delivered: 2 }));
      await worker.trim(endpoint, ['billing']);
    }
    assert.equal((await worker.memory()).fullest, 0);
    assert.equal((await ingest.story(ids[0]?.[0] ?? ''))?.deliveries[0]?.state, 'delivered');
    await ingest.prove(endpoints);
  });

  test('a log on any node is replayed, its dead letters with it, and skipped', async (t) => {
    const ingest = await applied();
    const redis = connectPatient({ cluster: nodesOf(cluster.nodes), tls: false, name: 'person' });
    t.after(() => redis.disconnect());
    const options = { redis, retentionMs: day };
    const [replays, letters, skip] = [createReplays(options), createDeadLetters(options), createSkip(options)];
    for (const endpoint of endpoints) {
      const [id = ''] = await keepAll(ingest, endpoint, [`given up at ${endpoint}`]);
      const [delivery] = await ingest.read('billing', [endpoint], 10);
      assert.equal(delivery?.message.id, id);
      await settle(ingest, delivery, dead);
      const [{ letter } = assert.fail()] = (await letters.list(endpoint, 'billing', { count: 9 })).letters;
      const [replayed] = await letters.replay(endpoint, 'billing', [letter]);
      assert.equal(replayed?.replay, 1);
      const attempts = { count: 1, firstAt: 1, words: ['200'], replay: 1 };
      await settle(ingest, delivery, { state: 'delivered', attempts, at: 1 });
      const course = await replays.begin({ endpoint, subscriber: 'billing', sinceMs: 0 });
      const { replayed: again } = await replays.step(course, { looked: [delivery.entry], wanted: [delivery.entry] });
      assert.deepEqual(again, [{ entry: delivery.entry, replay: 2 }]);
      assert.equal(
        (await replays.list(endpoints)).some(({ id: listed }) => listed === course.id),
        true,
      );
      assert.deepEqual(await skip.discard(endpoint, 'billing', Date.now() + day), { waiting: 0, pending: 0, open: 1 });
      const { open: left, discarded } = await booksOf(ingest, endpoint);
      assert.deepEqual([left, discarded], [0, 1]);
    }
  });

  test('the bell rings for what any node has kept', async (t) => {
    const ingest = await applied();
    const rung = new Set<string>();
    let listening = false;
    const redis = connectPatient({ cluster: nodesOf(cluster.nodes), tls: false, name: 'bell' });
    const bell = createBell({
      redis,
      onRing: (endpoint) => rung.add(endpoint),
      onAnything: () => {
        listening = true;
      },
    });
    t.after(() => bell.close());
    await eventually('it listens', () => listening);
    await eventually('all have rung', async () => {
      for (const endpoint of endpoints) await keepOne(ingest, endpoint, givenMessage('ring'), newToken());
      return rung.size === endpoints.length;
    });
  });

  test('one node that may throw messages away is enough for a warning', async (t) => {
    const redis = connectPatient({ cluster: nodesOf(cluster.nodes), tls: false, name: 'test' });
    t.after(() => redis.disconnect());
    await eventually('the connection', () => redis.status === 'ready');
    const said: string[] = [];
    let looks = 0;
    const warnings = createRedisWarnings({
      redis,
      onWarning: (sentence) => said.push(sentence),
      onCount: () => {
        looks += 1;
      },
    });
    t.after(() => warnings.close());
    const look = async () => {
      const before = looks;
      warnings.look();
      await eventually('the nodes were asked', () => looks > before);
      return said.splice(0).filter((sentence) => sentence.includes('throw away'));
    };
    assert.deepEqual(await look(), []);
    const node = new Redis(cluster.shards[1]?.primary.url ?? '');
    t.after(() => node.disconnect());
    await node.config('SET', 'maxmemory-policy', 'allkeys-lru');
    assert.match((await look()).join('\n'), /^The node 127\.0\.0\.1:\d+ of Redis may throw away messages/);
    await node.config('SET', 'maxmemory-policy', 'noeviction');
  });

  test('a connection that is ended while it looks who has which slots leaves nothing behind that keeps a process alive', async (t) => {
    const looker = await startProcess({
      args: [join(import.meta.dirname, 'end-while-looking-process.ts'), ...cluster.nodes],
    });
    t.after(() => looker.kill());
    let code: unknown;
    void looker.ended.then((value) => {
      code = value;
    });
    await eventually('the process ends by itself', () => code !== undefined);
    assert.equal(code, 0, looker.stderr.join('\n'));
  });

  test('a connection that is ended and made anew looks again and again who has which slots', async (t) => {
    const redis = connectPatient({ cluster: nodesOf(cluster.nodes), tls: false, name: 'test' });
    t.after(() => redis.disconnect());
    await once(redis, 'ready');
    redis.disconnect();
    await once(redis, 'end');
    await redis.connect();
    let looks = 0;
    redis.on('refresh', () => {
      looks += 1;
    });
    await eventually('it has looked twice', () => looks >= 2);
  });

  // Elsewhere than on a single Redis, ioredis listens again by itself and tells nobody that it was refused.
  test('the bell says once that no node lets it listen any more, and hears again when it may', async (t) => {
    const nodes = cluster.shards.map(({ primary }) => new Redis(primary.url));
    t.after(() => {
      for (const node of nodes) node.disconnect();
    });
    const setUser = (...rules: string[]) =>
      Promise.all(nodes.map((node) => node.call('ACL', 'SETUSER', 'bell', ...rules)));
    const listens = () =>
      eventually('it listens', async () => {
        const counts = await Promise.all(nodes.map((node) => node.pubsub('NUMSUB', 'relay:bell')));
        return counts.some(([, count]) => count === 1);
      });
    await setUser('on', '>secret', '~*', '+@all', '&*');
    const login = { username: 'bell', password: 'secret' };
    const reasons: unknown[] = [];
    const rung: string[] = [];
    const bell = createBell({
      redis: connectPatient({ cluster: nodesOf(cluster.nodes), ...login, tls: false, name: 'bell' }),
      onRing: (endpoint) => rung.push(endpoint),
      onAnything: () => undefined,
      onDeaf: (reason) => reasons.push(reason),
    });
    t.after(() => bell.close());
    await listens();
    await setUser('resetchannels');
    await eventually('it is said', () => reasons.length > 0);
    await setUser('&*');
    await listens();
    await keepAll(await applied(), 'carrier', ['a']);
    await eventually('a ring', () => rung.includes('carrier'));
    assert.match(String(reasons), /NOPERM/);
    assert.equal(reasons.length, 1);
  });

  // What ioredis sends ahead of such a command used to end the process when it failed.
  for (const connect of [connectFast, connectPatient]) {
    test(`a command that is sent to where its slot is going fails alone when that node hangs (${connect.name})`, async (t) => {
      const moving = await moveSlot(t, cluster, 'a');
      const redis = connect({ cluster: nodesOf(cluster.nodes), tls: false, name: 'test' });
      t.after(() => redis.disconnect());
      await eventually('an answer', async () => (await redis.exists('relay:{a}:nothing')) === 0);
      await moving.begin();
      try {
        await eventually('an answer from there', async () => (await redis.exists('relay:{a}:nothing')) === 0);
        moving.target.pause();
        await assert.rejects(redis.exists('relay:{a}:nothing'), /timed out|clos/);
      } finally {
        moving.target.resume();
        await moving.abandon();
      }
      await eventually('an answer', async () => (await redis.exists('relay:{a}:nothing')) === 0);
    });
  }

  test('a node that is away fails what it has, at once, and the others go on; when it is back so is its log', async () => {
    const news: (readonly [node: string, away: boolean])[] = [];
    const ingest = await applied({ onNode: (node, error) => news.push([node, error !== undefined]) });
    const worker = journal('patient');
    await worker.apply(plans);
    await keepAll(ingest, 'a', ['before']);
    const { primary } = await cluster.shardOf('{a}');
    await primary.kill();
    const node = `127.0.0.1:${primary.port}`;
    const refused = (error: unknown) => error instanceof NotKeptError && error.node === node;
    await assert.rejects(keepOne(ingest, 'a', givenMessage('lost'), newToken()), refused);
    assert.deepEqual(
      [...endpoints].map((endpoint) => ingest.reachable(endpoint)),
      [false, true, true],
    );
    await assert.rejects(keepOne(ingest, 'a', givenMessage('lost'), newToken()), refused);
    await keepAll(ingest, 'b', ['meanwhile']);
    await ingest.prove(endpoints);
    const read = await worker.read('billing', endpoints, 10);
    assert.ok(textsOf(read).includes('meanwhile'));
    await assert.rejects(worker.ledger('a'));
    assert.equal((await worker.ledger('carrier')).length, 1);
    await primary.restart();
    await eventually('it is kept again', () => keepOne(ingest, 'a', givenMessage('after'), newToken()));
    const texts: string[] = [];
    await eventually('it is read again', async () => {
      texts.push(...textsOf(await worker.read('billing', ['a'], 10)));
      return texts.includes('after');
    });
    assert.deepEqual(texts.slice(-2), ['before', 'after']);
    assert.deepEqual(news, [
      [node, true],
      [node, false],
    ]);
  });

  // It used to take everything else of its node away with it.
  test('a broken key of one endpoint takes no other endpoint of its node away', async (t) => {
    const news: string[] = [];
    const worker = journal('patient', { onNode: (node) => news.push(node) });
    const ingest = await applied();
    const neighbour = await neighbourOf('a');
    await worker.apply([...plans, planOf(neighbour)]);
    await ingest.apply([...plans, planOf(neighbour)]);
    for (const endpoint of ['a', neighbour]) await keepAll(ingest, endpoint, ['one']);
    const [delivery] = await worker.read('billing', ['a'], 1);
    assert.ok(delivery);
    const redis = new Redis((await cluster.shardOf('{a}')).primary.url);
    t.after(async () => {
      await redis.del('relay:{a}:open:billing');
      redis.disconnect();
    });
    await redis.set('relay:{a}:open:billing', 'not what it should be');
    await assert.rejects(settle(worker, delivery, delivered), BrokenLogError);
    assert.deepEqual(textsOf(await worker.read('billing', [neighbour], 1)), ['one']);
    assert.deepEqual(news, []);
  });

  test('a node that hangs is known to be away after one time-out', async (t) => {
    const ingest = await applied();
    const { primary } = await cluster.shardOf('{b}');
    t.after(() => primary.resume());
    primary.pause();
    await assert.rejects(keepOne(ingest, 'b', givenMessage('hangs'), newToken()), NotKeptError);
    await assert.rejects(keepOne(ingest, 'b', givenMessage('at once'), newToken()), /is away/);
    await keepAll(ingest, 'carrier', ['goes on']);
    primary.resume();
    await eventually('it is kept again', () => keepOne(ingest, 'b', givenMessage('thawed'), newToken()));
  });

  // The last one: its endpoint lies elsewhere then. Where the log had moved first, its ordinals used to begin again at 1.
  test('while a slot moves nothing of it is kept or settled, and all of it goes on when it has moved', async (t) => {
    const moving = await moveSlot(t, cluster, 'b');
    const [ingest, worker] = [await applied(), journal('patient')];
    await worker.apply(plans);
    const token = newToken();
    await keepAll(ingest, 'b', ['before']);
    const [delivery] = (await worker.read('billing', ['b'], 100)).slice(-1);
    assert.ok(delivery);
    const before = await booksOf(worker, 'b');
    const refused = async () => {
      await assert.rejects(keepOne(ingest, 'b', givenMessage('meanwhile'), token), NotKeptError);
      await assert.rejects(settle(worker, delivery, open), /non local key/);
      await assert.rejects(worker.trim('b', ['billing']), /non local key/);
      await assert.rejects(ingest.apply([planOf('b')]), /non local key/);
    };
    await moving.begin();
    await refused();
    await moving.move('relay:{b}:log');
    await refused();
    await moving.end();
    await eventually('it is kept', () => keepOne(ingest, 'b', givenMessage('meanwhile'), token));
    assert.equal(await eventually('it is settled', () => settle(worker, delivery, open)), true);
    const [next] = await worker.read('billing', ['b'], 100);
    assert.equal(next?.message.ordinal, delivery.message.ordinal + 1);
    assert.deepEqual(await booksOf(worker, 'b'), { ...before, read: before.read + 1, open: before.open + 1 });
  });
});

/** Moves an endpoint's slot to another node, key by key, as resharding does. */
async function moveSlot(t: TestContext, cluster: RunningCluster, endpoint: string) {
  const home = await cluster.shardOf(`{${endpoint}}`);
  const shard = cluster.shards.find((other) => other !== home);
  assert.ok(shard);
  const [from, to] = [new Redis(home.primary.url), new Redis(shard.primary.url)];
  t.after(() => {
    from.disconnect();
    to.disconnect();
  });
  const slot = Number(await from.call('CLUSTER', 'KEYSLOT', `{${endpoint}}`));
  const [fromId, toId] = [String(await from.cluster('MYID')), String(await to.cluster('MYID'))];
  const move = (key: string) => from.migrate('127.0.0.1', shard.primary.port, key, 0, 2_000);
  return {
    move,
    target: shard.primary,
    async abandon(): Promise<void> {
      for (const node of [to, from]) await node.cluster('SETSLOT', slot, 'STABLE');
    },
    async begin(): Promise<void> {
      await to.cluster('SETSLOT', slot, 'IMPORTING', fromId);
      await from.cluster('SETSLOT', slot, 'MIGRATING', toId);
    },
    async end(): Promise<void> {
      for (const key of (await from.cluster('GETKEYSINSLOT', slot, 1_000)) as string[]) await move(key);
      for (const node of [to, from]) await node.cluster('SETSLOT', slot, 'NODE', toId);
    },
  };
}
