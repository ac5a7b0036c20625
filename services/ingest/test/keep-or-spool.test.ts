import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { connectFast, createJournal, NotKeptError } from '@relay/journal';
import { planLogs } from '@relay/routing';
import { eventually, startRedis } from '@relay/testkit';
import { createKeepOrSpool } from '../src/keep-or-spool.ts';
import { carrier, configurationOf } from './station.ts';

const message = {
  body: Buffer.from('{}'),
  contentType: undefined,
  receivedAt: Date.now(),
  digest: createHash('sha256').digest(),
  vendorAttempt: undefined,
  facts: { devices: [] },
};

suite('keep or spool', () => {
  test('Redis hangs: what is wrong with it the journal tells, and not the time after which a message is spooled', async (t) => {
    const redis = await startRedis();
    t.after(() => redis.stop());
    const connection = connectFast({ url: redis.url, name: 'ingest' });
    t.after(() => connection.disconnect());
    await once(connection, 'ready');
    const journal = createJournal({ redis: connection, consumer: 'ingest', retentionMs: () => 86_400_000 });
    t.after(journal.close);
    await journal.apply(planLogs(configurationOf(redis.url)));
    const failures: unknown[] = [];
    const keepOrSpool = createKeepOrSpool({
      keep: journal.keep,
      logTakes: () => true,
      applied: () => true,
      spoolFor: () => ({ append: async () => {}, spoolWatch: { took: () => {}, refused: () => {} } }),
      onSpooled: () => {},
      redisWatch: { failed: (error) => void failures.push(error) },
    });
    redis.pause();
    t.after(() => redis.resume());
    assert.deepEqual(await keepOrSpool(carrier.name, [message]), { where: 'spool' });
    await eventually('it is told', () => failures.length > 0);
    assert.deepEqual(
      failures.map((error) => error instanceof NotKeptError),
      [true],
    );
  });
});
