import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { type Journal, memoryCeiling } from '../src/index.ts';
import { partInUse } from '../src/memory.ts';
import { givenMessage, givenRedis, keepOne, newToken, planOf } from './given.ts';

const given = givenRedis();
const limitBytes = 8 * 1024 * 1024;

afterEach(() => given.redis.config('SET', 'maxmemory', 0));

async function keepUntil(journal: Journal, part: number): Promise<void> {
  for (let count = 0; (await journal.memory()).fullest <= part; count += 1)
    await keepOne(journal, 'carrier', givenMessage(`${count}`, { body: Buffer.alloc(64 * 1024) }), newToken());
}

test('a Redis without a limit is never full', async () => {
  const memory = await given.journal().memory();
  assert.deepEqual([memory.fullest, memory.isNearlyFull('carrier')], [0, false]);
});

test('a Redis is nearly full above the ceiling, while it still takes messages', async () => {
  const journal = given.journal();
  await journal.apply([planOf('carrier')]);
  await given.redis.config('SET', 'maxmemory', limitBytes);
  assert.equal((await journal.memory()).isNearlyFull('carrier'), false);
  await keepUntil(journal, memoryCeiling);
  const memory = await journal.memory();
  assert.equal(memory.isNearlyFull('carrier'), true);
  assert.ok(memory.fullest < 1, String(memory.fullest));
  await keepOne(journal, 'carrier', givenMessage('one more'), newToken());
});

test('a Redis that is nearly full stays so until there is some room, and then until it is above the ceiling again', async () => {
  const journal = given.journal();
  const using = async (part: number) => {
    await given.redis.config('SET', 'maxmemory', limitBytes);
    const used = limitBytes * partInUse(await given.redis.info('memory'));
    await given.redis.config('SET', 'maxmemory', Math.round(used / part));
    const { nearlyFull, isNearlyFull } = await journal.memory();
    assert.equal(isNearlyFull('carrier'), nearlyFull);
    return nearlyFull;
  };
  const answers: [part: number, nearlyFull: boolean][] = [
    [0.83, false],
    [0.88, true],
    [0.83, true],
    [0.77, false],
    [0.83, false],
    [0.88, true],
  ];
  for (const [part, nearlyFull] of answers) assert.equal(await using(part), nearlyFull, String(part));
});

test('a Redis whose limit was lowered is more than full', async () => {
  await given.redis.config('SET', 'maxmemory', '256kb');
  const memory = await given.journal().memory();
  assert.ok(memory.fullest > 1, String(memory.fullest));
  assert.equal(memory.isNearlyFull('carrier'), true);
});

test('buffers that Redis does not count against its limit are not counted here', () => {
  const info = ['used_memory:900', 'used_memory_rss:5000', 'maxmemory:1000', 'mem_not_counted_for_evict:100'];
  assert.equal(partInUse(info.join('\r\n')), 0.8);
  assert.equal(partInUse(info.slice(0, 3).join('\r\n')), 0.9);
});
