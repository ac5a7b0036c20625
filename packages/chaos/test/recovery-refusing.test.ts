import { suite, test } from 'node:test';
import { eventually, freePort } from '@relay/testkit';
import type { Redis } from 'ioredis';
import { assertSurvived, givenAtWork } from './given.ts';

suite('while callbacks come in, every post gets its 2xx and everything arrives, without a restart, though Redis', () => {
  test('has no memory left; what it holds is forwarded meanwhile', async (t) => {
    const atWork = await givenAtWork(t);
    const { relay, load, receivers } = atWork;
    const [worker] = relay.workers;
    worker?.freeze();
    await load.more(50);
    await relay.client.config('SET', 'maxmemory', await memoryInUse(relay.client));
    await load.more(100);
    const arrived = receivers.map(({ received }) => received.length);
    worker?.thaw();
    await eventually('what Redis holds is forwarded', () =>
      receivers.every(({ received }, index) => received.length >= (arrived[index] ?? 0) + 40),
    );
    await load.more(50);
    await relay.client.config('SET', 'maxmemory', '0');
    await load.more(50);
    await assertSurvived(atWork, { away: 'said or unnoticed' });
  });

  test('becomes a read-only replica, and primary again', async (t) => {
    const atWork = await givenAtWork(t);
    const { relay, load } = atWork;
    await relay.client.replicaof('127.0.0.1', await freePort());
    await load.more(100);
    // A worker that gets nothing to forward finds out in its next round.
    await eventually('every process has said so', () =>
      relay.parts.every((part) => part.logs().some(({ msg }) => msg === 'redis.away')),
    );
    await relay.client.replicaof('NO', 'ONE');
    await load.more(100);
    await assertSurvived(atWork, { away: 'said' });
  });
});

async function memoryInUse(client: Redis): Promise<string> {
  const used = /^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1];
  if (used === undefined) throw new Error('Redis does not say how much memory is in use');
  return used;
}
