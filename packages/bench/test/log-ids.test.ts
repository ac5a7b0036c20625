import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRedis } from '@relay/testkit';
import { Redis } from 'ioredis';
import { callbackBody } from '../src/callback.ts';
import { countIds, logIds, untilKept } from '../src/log-ids.ts';

test('an id that the log lacks is missing, and one that it has again is repeated', () => {
  assert.deepEqual(countIds([1, 2, 3], [3, 1, 2]), { missing: 0, repeated: 0 });
  assert.deepEqual(countIds([1, 2, 3, 4], [1, 3, 3, 3]), { missing: 2, repeated: 2 });
});

test('the ids of a log are read in its order, however long it is', { timeout: 60_000 }, async () => {
  await using closing = new AsyncDisposableStack();
  const redis = closing.adopt(await startRedis(), (started) => started.stop());
  const client = closing.adopt(new Redis(redis.url), (opened) => opened.disconnect());
  const ids = Array.from({ length: 10_003 }, (_, index) => index);
  const pipeline = client.pipeline();
  for (const id of ids) pipeline.xadd('relay:{bench-0}:log', '*', 'b', callbackBody(id), 'm', '', 'n', id);
  await pipeline.exec();
  assert.deepEqual(await logIds(client), ids);
});

test('waiting for messages that the log never gets ends once it gets no more', { timeout: 60_000 }, async () => {
  await using closing = new AsyncDisposableStack();
  const redis = closing.adopt(await startRedis(), (started) => started.stop());
  const client = closing.adopt(new Redis(redis.url), (opened) => opened.disconnect());
  await untilKept(client, { messages: 1, stallMs: 10 });
});
