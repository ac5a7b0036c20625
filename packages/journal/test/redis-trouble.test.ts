import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { RedisPlace } from '@relay/core';
import { freePort, startRedis } from '@relay/testkit';
import { connectPatient, describeTrouble } from '../src/index.ts';

async function firstTrouble(t: TestContext, place: RedisPlace): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<Error>();
  const redis = connectPatient({ ...place, name: 'test', onOutage: resolve });
  t.after(() => redis.disconnect());
  return describeTrouble(await promise);
}

suite('trouble with Redis', () => {
  const sentences: [error: string, sentence: RegExp][] = [
    ['NOAUTH Authentication required.', /asks for a password/],
    ['WRONGPASS invalid username-password pair or user is disabled.', /refuses the user or password/],
    ["NOPERM User relay has no permissions to run the 'xadd' command", /does not permit/],
    ["READONLY You can't write against a read only replica.", /read-only replica/],
    ["OOM command not allowed when used memory > 'maxmemory'.", /is full/],
    ['MISCONF Redis is configured to save RDB snapshots', /cannot write to its disk/],
    ['ERR Script attempted to access a non local key in a cluster node', /is being moved/],
    ['TRYAGAIN Multiple keys request during rehashing of slot', /is being moved/],
    ['connect ECONNREFUSED 127.0.0.1:6379', /refuses connections/],
    ['ERR DB index is out of range', /has no database/],
    ['getaddrinfo ENOTFOUND redis.internal', /cannot be resolved/],
  ];
  for (const [error, sentence] of sentences) {
    test(`${error}: says what to do`, () => {
      assert.match(describeTrouble(new Error(error)), sentence);
    });
  }

  test('the innermost cause is told', () => {
    const cause = new Error('NOAUTH Authentication required.');
    assert.match(describeTrouble(new Error('not kept', { cause })), /password/);
  });

  test('an error that has only a code is told by it', () => {
    assert.match(describeTrouble(Object.assign(new Error(''), { code: 'ECONNREFUSED' })), /refuses connections/);
  });

  test('a host name that cannot be resolved is named', () => {
    const error = Object.assign(new Error('getaddrinfo ENOTFOUND redis.internal'), {
      code: 'ENOTFOUND',
      hostname: 'redis.internal',
    });
    assert.equal(describeTrouble(error), 'The host name redis.internal cannot be resolved');
  });

  test('a Redis that is no cluster, but is to be one, is told so', async (t) => {
    const server = await startRedis();
    t.after(() => server.stop());
    const cluster = [{ host: '127.0.0.1', port: server.port }];
    const trouble = await firstTrouble(t, { cluster, tls: false });
    assert.equal(trouble, 'No node of the cluster of Redis can be reached, or it is not a cluster');
  });

  test('sentinels that are asked in vain are named, and the primary that they were asked for', async (t) => {
    const sentinels = [
      { host: '127.0.0.1', port: await freePort() },
      { host: '::1', port: await freePort() },
    ];
    const addresses = `127.0.0.1:${sentinels[0]?.port}, [::1]:${sentinels[1]?.port}`;
    assert.equal(
      await firstTrouble(t, { sentinels, primary: 'relay', tls: false }),
      `No sentinel of Redis can be reached, or none knows a primary "relay": ${addresses}`,
    );
  });

  test('a refused connection is told with where it was tried, also by a name of several addresses', () => {
    const refused = (address: string) =>
      Object.assign(new Error(`connect ECONNREFUSED ${address}:6379`), { code: 'ECONNREFUSED', address, port: 6379 });
    const several = new AggregateError([refused('::1'), refused('127.0.0.1')]);
    assert.match(describeTrouble(refused('192.0.2.1')), /refuses connections at 192\.0\.2\.1:6379/);
    assert.match(
      describeTrouble(Object.assign(several, { code: 'ECONNREFUSED' })),
      /refuses connections at \[::1\]:6379/,
    );
    assert.match(describeTrouble(new Error('connect ECONNREFUSED')), /at the address of the redis URL/);
  });
});
