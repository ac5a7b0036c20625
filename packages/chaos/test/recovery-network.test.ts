import { suite, test } from 'node:test';
import { assertSurvived, givenAtWork } from './given.ts';

suite('while callbacks come in, every post gets its 2xx and everything arrives, without a restart, though', () => {
  test('every connection to Redis is reset every second', async (t) => {
    const atWork = await givenAtWork(t);
    const { relay, load } = atWork;
    for (const { way } of relay.parts) await way.resetEvery(1_000);
    await load.more(300);
    for (const { way } of relay.parts) await way.heal();
    await assertSurvived(atWork, { away: 'said or unnoticed' });
  });

  test('Redis answers half a second late', async (t) => {
    const atWork = await givenAtWork(t);
    const { relay, load } = atWork;
    for (const { way } of relay.parts) await way.latency(250);
    await load.more(200);
    for (const { way } of relay.parts) await way.heal();
    await assertSurvived(atWork, { away: 'said or unnoticed' });
  });

  test('the ways to Redis swallow every byte for a while', async (t) => {
    const atWork = await givenAtWork(t);
    const { relay, load } = atWork;
    for (const { way } of relay.parts) await way.blackHole();
    await load.more(200);
    for (const { way } of relay.parts) await way.heal();
    await assertSurvived(atWork, { away: 'said or unnoticed' });
  });
});
