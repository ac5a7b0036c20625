import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configurationOf, mistakesOf, plainRedis } from './reading.ts';

const lists = 'endpoints: []\nsubscribers: []\n';
const redisOf = (redis: string, more: Parameters<typeof configurationOf>[1] = {}) =>
  configurationOf(`redis: ${redis}\n${lists}`, more).redis;

test('a block with a URL is the same as the URL alone', () => {
  assert.deepEqual(redisOf('{url: "redis://h:1"}'), plainRedis('redis://h:1'));
});

test('a block that does not say where Redis is leaves that to REDIS_URL', () => {
  const environment = { REDIS_URL: 'redis://elsewhere' };
  assert.deepEqual(redisOf('{replicas: 1}', { environment }), { url: 'redis://elsewhere', replicas: 1, fsync: false });
});

test('everything that is written about sentinels counts', () => {
  const secrets: Record<string, string> = { a: 'one\n', b: 'two\n' };
  const written =
    '{sentinels: ["redis://s1:26379", s2:26380, "[::1]:3"], name: m, username: u, password: file:a, sentinelUsername: v, sentinelPassword: file:b, tls: true, replicas: 2, fsync: true}';
  assert.deepEqual(redisOf(written, { readSecret: (path) => secrets[path] ?? '' }), {
    sentinels: [
      { host: 's1', port: 26379 },
      { host: 's2', port: 26380 },
      { host: '::1', port: 3 },
    ],
    primary: 'm',
    username: 'u',
    password: 'one',
    sentinelUsername: 'v',
    sentinelPassword: 'two',
    tls: true,
    replicas: 2,
    fsync: true,
  });
});

test('a cluster is known by some of its nodes', () => {
  assert.deepEqual(redisOf('{cluster: [n1:7000, "redis://n2:7001/"]}'), {
    cluster: [
      { host: 'n1', port: 7000 },
      { host: 'n2', port: 7001 },
    ],
    tls: false,
    replicas: 0,
    fsync: false,
  });
});

// Clients used to be left to read it: they died of it, or went on in another database.
for (const url of ['redis://h/abc', 'redis://h/1/', 'redis://h/-1', 'redis://h?db=', 'redis://h/1?db=x']) {
  test(`a URL has a database number that is one, or none: ${url} is refused wherever it stands`, () => {
    const sentence = 'must have a whole number as its path, or none: it says which database to use';
    const environment = { REDIS_URL: url };
    assert.deepEqual(mistakesOf(`redis: ${url}\n${lists}`), [`relay.yaml:1:1 redis: ${sentence}`]);
    assert.deepEqual(mistakesOf(`redis: {url: "${url}"}\n${lists}`), [`relay.yaml:1:9 redis.url: ${sentence}`]);
    assert.deepEqual(mistakesOf(lists, { environment }), [`relay.yaml:1:1 redis: ${sentence}`]);
    assert.deepEqual(mistakesOf(`redis: {replicas: 1}\n${lists}`, { environment }), [
      `relay.yaml:1:1 redis.url: REDIS_URL, which stands for it, ${sentence}`,
    ]);
  });
}

for (const url of ['redis://h', 'redis://h/', 'redis://h/0', 'rediss://:x@h:1/15', 'redis://h?db=3&family=0']) {
  test(`${url} names a database that may be there`, () => {
    assert.deepEqual(redisOf(url), plainRedis(url));
  });
}

const mistaken: Record<string, readonly string[]> = {
  '{sentinels: [s:1]}': ['1:1 redis.name: is missing: write by which name the sentinels know the primary'],
  '{sentinels: [], name: m}': ['1:9 redis.sentinels: must not be an empty list'],
  '{sentinels: [s], name: m}': ['1:21 redis.sentinels[0]: must have a host and a port, as host:port'],
  '{cluster: [s:1, 5]}': ['1:24 redis.cluster[1]: must be redis://host:port or host:port'],
  '{cluster: ["http://s:1"]}': ['1:19 redis.cluster[0]: must be redis://host:port or host:port'],
  '{cluster: ["rediss://s:1"]}': [
    '1:19 redis.cluster[0]: must not begin with rediss://: write tls: true beside the list',
  ],
  '{cluster: ["redis://:hunter2@s:1"]}': [
    '1:19 redis.cluster[0]: must not carry a user or password: write them beside the list',
  ],
  '{cluster: ["redis://s:1/2"]}': ['1:19 redis.cluster[0]: must end with the port'],
  '{cluster: [s:99999]}': ['1:19 redis.cluster[0]: must be redis://host:port or host:port'],
  '{url: redis://h, cluster: [s:1], sentinels: [s:1], name: m}': [
    '1:25 redis.cluster: cannot stand beside url: there is one Redis, given by url, sentinels or cluster',
    '1:41 redis.sentinels: cannot stand beside url: there is one Redis, given by url, sentinels or cluster',
  ],
  '{cluster: [s:1], name: m}': ['1:25 redis.name: belongs to sentinels'],
  '{url: redis://h, password: hunter2}': [
    '1:25 redis.password: belongs to sentinels or cluster; in a URL it is written redis://user:password@host:port',
  ],
  '{url: redis://h, tls: true}': [
    '1:25 redis.tls: belongs to sentinels or cluster; a URL with TLS begins with rediss://',
  ],
  '{cluster: [s:1], username: u}': ['1:25 redis.username: needs password beside it'],
  '{cluster: [s:1], replicas: 1.5}': ['1:25 redis.replicas: must be a whole number from 0 to 10'],
  '{cluster: [s:1], fsync: always}': ['1:25 redis.fsync: must be true or false, not text'],
  '{clustre: [s:1]}': ['1:9 redis.clustre: unknown key "clustre"; did you mean cluster?'],
};

for (const [redis, mistakes] of Object.entries(mistaken)) {
  test(`redis refuses ${redis}`, () => {
    assert.deepEqual(
      mistakesOf(`redis: ${redis}\n${lists}`),
      mistakes.map((mistake) => `relay.yaml:${mistake}`),
    );
  });
}
