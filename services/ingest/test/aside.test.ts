import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Spool } from '@relay/spool';
import { eventually, startRedis, temporaryFolder } from '@relay/testkit';
import { givenDrain, recordOf, usage } from './draining.ts';
import { billing, callback, carrier, configurationOf, post, reader, startIngest } from './station.ts';

const bothReceived = {
  endpoints: [carrier, usage],
  subscribers: [{ ...billing, endpoints: [carrier.name, usage.name] }],
};

suite('aside', () => {
  test('a broken log uses up nothing that others need, however much comes in for it, and gets what was taken in the end', async (t) => {
    const redis = await startRedis({ appendFsync: 'always' });
    t.after(() => redis.stop());
    const { client, unread } = reader(t, redis.url);
    const ingest = { spool: { directory: temporaryFolder(), maxBytes: 60_000 } };
    const configuration = configurationOf(redis.url, { ...bothReceived, ingest });
    const station = await startIngest(t, configuration);
    await eventually('callbacks are kept in Redis', async () => (await station.keeps()) === 'in Redis');
    await client.del(`relay:{${usage.name}}:log`);
    await client.set(`relay:{${usage.name}}:log`, 'no log');
    let sent = 0;
    const send = async (path: string) => {
      sent += 1;
      return (await post(station.url + path, callback({ requestId: String(sent), padding: 'x'.repeat(500) }))).status;
    };
    let taken = 0;
    await eventually('no more is taken for it', async () => {
      const status = await send(usage.path);
      if (status === 200) taken += 1;
      return status === 503;
    });
    await eventually('it is all aside', async () => {
      const page = await station.metrics();
      return /^relay_spool_messages 0$/m.test(page) && page.includes(`relay_spool_aside_messages ${taken}\n`);
    });
    assert.equal(await station.isReady(), true);
    assert.equal(station.linesOf('spool.trouble').length, 1);

    await redis.kill();
    const rounds = 20;
    for (let n = 0; n < rounds; n += 1) {
      assert.equal(await send(carrier.path), 200);
      assert.equal(await send(usage.path), 503);
    }
    await redis.restart();
    const before = (await unread()).length;
    let read = before;
    await eventually('what the others had in the spool is in the log', async () => {
      read += (await unread()).length;
      return read === rounds;
    });

    await station.hurry();
    await client.del(`relay:{${usage.name}}:log`);
    const next = await startIngest(t, configuration);
    await eventually('nothing is aside', async () => /^relay_spool_aside_messages 0$/m.test(await next.metrics()));
    assert.equal((await unread(billing.name, usage.name)).length, taken);
  });

  test('what is aside is tried again though a drain of it has failed, and nothing of an endpoint that still waits is touched', async (t) => {
    let roomy: string[] = [];
    const drained: string[] = [];
    const { spools, drain, unread } = await givenDrain(t, {
      logTakes: (endpoint) => roomy.includes(endpoint),
      asides(asides) {
        const opened = new Map<string, Spool>();
        const open = async (endpoint: string) => {
          const spool = await asides.open(endpoint);
          const failsOnce: Spool['drain'] = async (...how) => {
            drained.push(endpoint);
            if (drained.length === 1) throw new Error('the disk gives nothing, for once');
            return spool.drain(...how);
          };
          opened.set(endpoint, { ...spool, drain: failsOnce });
          return spool;
        };
        return { ...asides, opened, open };
      },
    });
    for (const { name } of [carrier, usage]) await spools.spool.append(recordOf(name));
    drain.wake();
    await eventually('both are aside', () => spools.asides.depth().messages === 2);
    roomy = [carrier.name];
    drain.takeBack();
    await eventually('one of them arrives', () => spools.asides.depth().messages === 1);
    assert.deepEqual(drained, [carrier.name, carrier.name]);
    assert.equal((await unread()).length, 1);
  });
});
