import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import { eventually, type RunningRedis, startRedis } from '@relay/testkit';
import { Redis } from 'ioredis';
import { connectFast, connectPatient } from '../src/index.ts';
import { PrimaryConnector } from '../src/primary-connector.ts';
import { startStandIn } from './stand-in.ts';

// Real sentinels fail over when they like: these are asked, and tell, at the very moment that matters.
suite('behind sentinels', { concurrency: true }, () => {
  for (const connect of [connectFast, connectPatient]) {
    test(`a failover that is told while they are asked for the primary does not end the connection (${connect.name})`, async (t) => {
      const [old, promoted] = await Promise.all([givenRedis(t), givenRedis(t)]);
      let killed = false;
      const listeners = new Set<Socket>();
      const sentinel = await startSentinel(t, listeners, async () => {
        if (!killed) return old;
        for (const listener of listeners) listener.write(replyOf(['message', channel, 'relay']));
        await eventually('nobody listens for the failover of the lost connection', () => listeners.size === 0);
        return promoted;
      });
      const redis = connect({ sentinels: [sentinel], primary: 'relay', tls: false, name: 'test' }) as Redis;
      t.after(() => redis.disconnect());
      await eventually('it would hear of a failover', () => redis.status === 'ready' && listeners.size > 0);
      killed = true;
      await old.kill();
      await eventually('it is connected to the promoted one', async () => {
        return ((await redis.config('GET', 'port')) as string[])[1] === `${promoted.port}`;
      });
    });
  }

  // It used to end the process.
  test('one that lets nobody listen when a connection to it was lost and made anew costs nothing else', async (t) => {
    const primary = await givenRedis(t);
    const listeners = new Set<Socket>();
    let refused = 0;
    let refusing = false;
    const sentinel = await startSentinel(
      t,
      listeners,
      async () => primary,
      () => {
        if (refusing) refused += 1;
        return !refusing;
      },
    );
    const redis = new Redis({
      sentinels: [sentinel],
      name: 'relay',
      protocol: 2,
      Connector: PrimaryConnector,
      failoverDetector: true,
      // Else after a minute.
      sentinelReconnectStrategy: () => 10,
    });
    t.after(() => redis.disconnect());
    await eventually('it would hear of a failover', () => redis.status === 'ready' && listeners.size > 0);
    refusing = true;
    for (const listener of listeners) listener.destroy();
    await eventually('it is refused', () => refused > 0);
    assert.equal(await redis.ping(), 'PONG');
  });

  test('one that hangs is passed over', async (t) => {
    const primary = await givenRedis(t);
    const hanging = await startStandIn(t, () => undefined);
    const sentinel = await startSentinel(t, new Set(), async () => primary);
    const redis = connectFast({ sentinels: [hanging, sentinel], primary: 'relay', tls: false, name: 'test' });
    t.after(() => redis.disconnect());
    await eventually('it is connected', () => redis.status === 'ready');
    assert.equal(await redis.ping(), 'PONG');
  });
});

const channel = '+switch-master';

async function givenRedis(t: TestContext): Promise<RunningRedis> {
  const redis = await startRedis();
  t.after(() => redis.stop());
  return redis;
}

async function startSentinel(
  t: TestContext,
  listeners: Set<Socket>,
  primaryNow: () => Promise<RunningRedis>,
  mayListen = () => true,
) {
  return startStandIn(t, async ([name = '', ...rest], socket) => {
    switch (name.toUpperCase()) {
      case 'SENTINEL':
        return rest[0] === 'get-master-addr-by-name'
          ? replyOf(['127.0.0.1', `${(await primaryNow()).port}`])
          : replyOf([]);
      case 'SUBSCRIBE':
        if (!mayListen()) return '-NOPERM this user has no permissions\r\n';
        listeners.add(socket);
        socket.once('close', () => listeners.delete(socket));
        return `*3\r\n$9\r\nsubscribe\r\n$${channel.length}\r\n${channel}\r\n:1\r\n`;
      default:
        return '+OK\r\n';
    }
  });
}

function replyOf(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}
