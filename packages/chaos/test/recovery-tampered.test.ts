import { suite, test } from 'node:test';
import { carrier } from '../src/carrier.ts';
import { assertSurvived, givenAtWork } from './given.ts';

const log = `relay:{${carrier.name}}:log`;
const dayMs = 86_400_000;

suite('while callbacks come in, every post gets its 2xx and everything arrives, without a restart, though', () => {
  test('the script cache of Redis is flushed', async (t) => {
    const atWork = await givenAtWork(t);
    await atWork.relay.client.script('FLUSH');
    await atWork.load.more(100);
    await assertSurvived(atWork, { away: 'said or unnoticed' });
  });

  test('the consumer group of a subscriber is destroyed', async (t) => {
    const atWork = await givenAtWork(t);
    await atWork.relay.client.xgroup('DESTROY', log, 'subscriber-1');
    await atWork.load.more(150);
    await assertSurvived(atWork, { away: 'said or unnoticed' });
  });

  test('the clock of Redis is stepped back by a day', async (t) => {
    const atWork = await givenAtWork(t);
    await atWork.relay.client.call('XSETID', log, `${Date.now() + dayMs}-0`);
    await atWork.load.more(100);
    await assertSurvived(atWork, { away: 'said or unnoticed' });
  });
});
