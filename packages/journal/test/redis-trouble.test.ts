import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { describeTrouble } from '../src/index.ts';

suite('trouble with Redis', () => {
  const sentences: [error: string, sentence: RegExp][] = [
    ['NOAUTH Authentication required.', /asks for a password/],
    ['WRONGPASS invalid username-password pair or user is disabled.', /refuses the user or password/],
    ["NOPERM User relay has no permissions to run the 'xadd' command", /does not permit/],
    ["READONLY You can't write against a read only replica.", /read-only replica/],
    ["OOM command not allowed when used memory > 'maxmemory'.", /is full/],
    ['MISCONF Redis is configured to save RDB snapshots', /cannot write to its disk/],
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
