import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { eventually, type RedisOptions, startRedis } from '@relay/testkit';
import { connectPatient, createRedisWarnings } from '../src/index.ts';

async function givenWarnings(t: TestContext, options: RedisOptions, { login = '', lookEveryMs = 60_000 } = {}) {
  const server = await startRedis(options);
  t.after(() => server.stop());
  const redis = connectPatient({ url: server.url.replace('//', `//${login}`), name: 'test' });
  t.after(() => redis.disconnect());
  const said: string[] = [];
  const counts: number[] = [];
  const warnings = createRedisWarnings({
    redis,
    onWarning: (sentence) => said.push(sentence),
    onCount: (count) => counts.push(count),
    lookEveryMs,
  });
  t.after(() => warnings.close());
  warnings.look();
  await eventually('Redis was asked', () => counts.length > 0);
  return { redis, warnings, said, counts };
}

const noFile = 'Redis has no append-only file and loses what it has when it ends: set appendonly to yes';
const notSynced = (how: string) =>
  `Redis does not sync each message to its disk (appendfsync ${how}): set it to always`;
const evicts =
  'Redis may throw away messages when its memory is full (maxmemory-policy allkeys-lru): set it to noeviction';

suite('settings of Redis that may cost messages', () => {
  const settings: [RedisOptions, warnings: readonly string[]][] = [
    [{ appendFsync: 'always' }, []],
    [{ appendFsync: 'everysec' }, [notSynced('everysec')]],
    [{ appendFsync: 'no' }, [notSynced('no')]],
    [{}, [noFile]],
    [{ args: ['--maxmemory-policy', 'allkeys-lru'] }, [evicts, noFile]],
  ];
  for (const [options, warnings] of settings) {
    test(`${JSON.stringify(options)}: ${warnings.length} warnings`, async (t) => {
      const { said, counts } = await givenWarnings(t, options);
      assert.deepEqual([said, counts], [warnings, [warnings.length]]);
    });
  }

  for (const appendFsync of ['everysec', undefined] as const) {
    test(`where settings may not be asked for: ${appendFsync ?? 'no file'} is known as far as it can be`, async (t) => {
      const options = { args: ['--user', 'relay', 'on', '>pw', '~*', '&*', '+@all', '-config'] };
      const { said } = await givenWarnings(t, appendFsync ? { ...options, appendFsync } : options, {
        login: 'relay:pw@',
      });
      assert.deepEqual(said, appendFsync ? [] : [noFile]);
    });
  }

  test('each is said once as long as it stands, and again when it comes back', async (t) => {
    const { redis, said, counts } = await givenWarnings(t, { appendFsync: 'always' }, { lookEveryMs: 20 });
    const setTo = async (appendfsync: string, warnings: number) => {
      await redis.config('SET', 'appendfsync', appendfsync);
      await eventually('it is noticed', () => counts.at(-1) === warnings);
      const looks = counts.length;
      await eventually('it was looked at twice more', () => counts.length > looks + 1);
    };
    await setTo('everysec', 1);
    assert.deepEqual(said, [notSynced('everysec')]);
    await setTo('always', 0);
    await setTo('everysec', 1);
    assert.deepEqual(said, [notSynced('everysec'), notSynced('everysec')]);
  });
});
