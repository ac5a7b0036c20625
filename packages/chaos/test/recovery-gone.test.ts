import { suite, test } from 'node:test';
import { tailTearer } from '@relay/testkit';
import { assertSurvived, givenAtWork } from './given.ts';

suite('while callbacks come in, every post gets its 2xx and everything arrives, without a restart, though Redis', () => {
  test('is killed and comes back', async (t) => {
    const atWork = await givenAtWork(t);
    await atWork.relay.redis.kill();
    await atWork.load.more(100);
    await atWork.relay.redis.restart();
    await atWork.load.more(100);
    await assertSurvived(atWork, { away: 'said' });
  });

  test('is killed and comes back empty: what it had forgotten by then is all that is missing', async (t) => {
    const atWork = await givenAtWork(t, { redis: {} });
    await atWork.relay.redis.kill();
    const since = Date.now();
    await atWork.load.more(100);
    await atWork.relay.redis.restart();
    await atWork.load.more(100);
    await assertSurvived(atWork, { away: 'said', since });
  });

  test('is killed in the middle of a write to its append-only file', async (t) => {
    const atWork = await givenAtWork(t);
    const tear = await tailTearer(atWork.relay.client);
    await atWork.relay.redis.kill();
    tear();
    await atWork.load.more(50);
    await atWork.relay.redis.restart();
    await atWork.load.more(100);
    await assertSurvived(atWork, { away: 'said' });
  });

  test('freezes and thaws', async (t) => {
    const atWork = await givenAtWork(t);
    atWork.relay.redis.pause();
    await atWork.load.more(200);
    atWork.relay.redis.resume();
    await atWork.load.more(100);
    await assertSurvived(atWork, { away: 'said or unnoticed' });
  });
});
