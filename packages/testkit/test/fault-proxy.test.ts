import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { eventually, type FaultProxy, startFaultProxy, startRedis } from '@relay/testkit';
import { Redis } from 'ioredis';

test('healthy, it passes bytes and ends both ways', async (context) => {
  const { proxy, taken } = await givenProxy(context);
  const client = await connected(proxy);
  assert.equal(await echo(client, 'hello'), 'hello');
  assert.equal(proxy.connections, 1);
  client.end('bye');
  const [bye] = await once(client, 'data');
  assert.equal(String(bye), 'bye');
  await once(client, 'end');
  await eventually('both sides are gone', () => proxy.connections === 0 && taken[0]?.destroyed);
});

test('much goes through as it came in', async (context) => {
  const { proxy } = await givenProxy(context);
  const client = await connected(proxy);
  const sent = Buffer.alloc(5_000_000, 'abcdefg');
  assert.ok(sent.equals(await echoed(client, sent)));
});

test('with latency every chunk is late each way and none overtakes another', async (context) => {
  const { proxy } = await givenProxy(context);
  const client = await connected(proxy);
  await proxy.latency(100);
  const from = performance.now();
  assert.equal(await echo(client, 'slow'), 'slow');
  // Each of Node's timers may be a millisecond early.
  assert.ok(performance.now() - from >= 198);

  client.write('first ');
  await proxy.heal();
  assert.equal(await echo(client, 'second', 'first second'.length), 'first second');
});

test('a reset breaks off what is open and serves who comes anew', async (context) => {
  const { proxy } = await givenProxy(context);
  const [one, two] = [await connected(proxy), await connected(proxy)];
  const ends = Promise.all([errorOf(one), errorOf(two)]);
  await proxy.resetAll();
  assert.deepEqual(await ends, ['ECONNRESET', 'ECONNRESET']);
  assert.equal(await echo(await connected(proxy), 'again'), 'again');
});

test('with resets again and again nothing stays open until it is healed', async (context) => {
  const { proxy } = await givenProxy(context);
  await proxy.resetEvery(50);
  for (let times = 0; times < 3; times += 1) assert.equal(await errorOf(await connected(proxy)), 'ECONNRESET');
  await proxy.heal();
  assert.equal(await echo(await connected(proxy), 'stays'), 'stays');
});

test('in a black hole bytes vanish and nothing closes, and healing resets what has lost some', async (context) => {
  const { proxy, taken } = await givenProxy(context);
  const client = await connected(proxy);
  await echo(client, 'before');
  await proxy.blackHole();

  const error = errorOf(client);
  client.write('lost');
  taken[0]?.resetAndDestroy();
  const newcomer = await connected(proxy);
  const newcomersError = errorOf(newcomer);
  newcomer.write('lost too');
  assert.equal(proxy.connections, 2);

  await proxy.heal();
  assert.deepEqual(await Promise.all([error, newcomersError]), ['ECONNRESET', 'ECONNRESET']);
  assert.equal(await echo(await connected(proxy), 'after'), 'after');
  assert.equal(
    taken.map((socket) => socket.bytesRead).reduce((sum, bytes) => sum + bytes),
    'beforeafter'.length,
  );
});

test('half-open, what was there hears nothing of the end and who comes anew is served', async (context) => {
  const { proxy, taken } = await givenProxy(context);
  const old = await connected(proxy);
  await echo(old, 'before');
  await proxy.halfOpen();

  const error = errorOf(old);
  old.write('lost');
  taken[0]?.destroy();
  const newcomer = await connected(proxy);
  assert.equal(await echo(newcomer, 'served'), 'served');
  assert.ok(!old.closed && !old.readableEnded);
  assert.equal(taken[0]?.bytesRead, 'before'.length);

  await proxy.heal();
  assert.equal(await error, 'ECONNRESET');
  assert.equal(await echo(newcomer, 'still'), 'still');
});

test('refusing, it resets what is open and refuses who comes anew, until it is healed', async (context) => {
  const { proxy } = await givenProxy(context);
  const error = errorOf(await connected(proxy));
  await proxy.refuse();
  assert.equal(await error, 'ECONNRESET');
  await assert.rejects(connected(proxy), { code: 'ECONNREFUSED' });
  await proxy.heal();
  assert.equal(await echo(await connected(proxy), 'back'), 'back');
});

test('bandwidth holds the bytes back and loses none', async (context) => {
  const { proxy } = await givenProxy(context);
  const client = await connected(proxy);
  await proxy.bandwidth(100_000);
  const sent = Buffer.alloc(30_000, 'abcdefg');
  const from = performance.now();
  assert.ok(sent.equals(await echoed(client, sent)));
  assert.ok(performance.now() - from >= 200);
});

test('a target that is not there resets who comes', async (context) => {
  const { proxy, target } = await givenProxy(context);
  target.close();
  assert.equal(await errorOf(await connected(proxy)), 'ECONNRESET');
});

test('Redis works through it, and again after each fault', async (context) => {
  const redis = await startRedis();
  context.after(redis.stop);
  const proxy = await startFaultProxy(redis);
  context.after(proxy.close);
  const client = new Redis(`redis://${proxy.host}`, { maxRetriesPerRequest: null, retryStrategy: () => 10 });
  client.on('error', () => {});
  context.after(() => client.disconnect());

  for (const fault of [proxy.resetAll, proxy.blackHole, proxy.halfOpen, proxy.refuse]) {
    await fault();
    const count = client.incr('count');
    await proxy.heal();
    assert.ok((await count) > 0);
  }
  await proxy.latency(20);
  await client.set('kept', 'late');
  await proxy.bandwidth(1_000_000);
  assert.equal(await client.get('kept'), 'late');
});

/** A proxy before a server that sends back what it gets. */
async function givenProxy(context: TestContext) {
  const taken: Socket[] = [];
  const target = createServer((socket) => {
    taken.push(socket);
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  await once(target.listen(0, '127.0.0.1'), 'listening');
  const proxy = await startFaultProxy(target.address() as AddressInfo);
  context.after(async () => {
    await proxy.close();
    target.close();
  });
  return { proxy, taken, target };
}

async function connected(proxy: FaultProxy): Promise<Socket> {
  const client = connect(proxy.port, '127.0.0.1').on('error', () => {});
  await once(client, 'connect');
  return client;
}

async function echo(client: Socket, text: string, length = text.length): Promise<string> {
  return String(await echoed(client, Buffer.from(text), length));
}

function echoed(client: Socket, sent: Buffer, length = sent.length): Promise<Buffer> {
  return new Promise((resolve) => {
    let got = Buffer.alloc(0);
    client.on('data', function gather(chunk) {
      got = Buffer.concat([got, chunk]);
      if (got.length < length) return;
      client.off('data', gather);
      resolve(got);
    });
    client.write(sent);
  });
}

async function errorOf(client: Socket): Promise<string> {
  const [error] = await once(client, 'error');
  return error.code;
}
