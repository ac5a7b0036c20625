import type { RedisNode, RedisPlan } from '@relay/core';
import * as z from 'zod';
import { block, isUrl, text, wants } from './declare.ts';
import { type ReadSecret, secretText } from './secret.ts';

const urlRule = 'must be a URL that begins with redis:// or rediss://';
const databaseRule = 'must have a whole number as its path, or none: it says which database to use';
const mostReplicas = 10;

/** Where Redis is: a URL, or a block for sentinels, for a cluster, and for what a message has to have before it counts as kept. */
export function declareRedis(readSecret: ReadSecret, usualUrl: string) {
  const url = redisUrl(readSecret).transform((written): RedisPlan => ({ url: written, replicas: 0, fsync: false }));
  return z
    .union([url, declareBlock(readSecret, usualUrl)], {
      error: wants(`${urlRule}, or a block with url, sentinels or cluster`),
    })
    .prefault(usualUrl)
    .describe(
      'The Redis that holds the logs: a URL, redis:// or, with TLS, rediss://; or file: and the path of a file that holds it; or a block. Left out, REDIS_URL in the environment says it.',
    );
}

function declareBlock(readSecret: ReadSecret, usualUrl: string) {
  return block({
    url: redisUrl(readSecret)
      .exactOptional()
      .describe(
        'The URL of a single Redis. Left out beside sentinels and cluster, REDIS_URL in the environment says it.',
      ),
    sentinels: nodes()
      .exactOptional()
      .describe('Addresses of the sentinels that know where the primary is, each redis://host:port or host:port.'),
    name: text().exactOptional().describe('By which name the sentinels know the primary.'),
    cluster: nodes()
      .exactOptional()
      .describe('Addresses of some nodes of a Redis Cluster, each redis://host:port or host:port.'),
    username: text().exactOptional().describe('The user, for a Redis behind sentinels and a cluster.'),
    password: secretText(readSecret)
      .exactOptional()
      .describe(
        'The password, for a Redis behind sentinels and a cluster; or file: and the path of a file that holds it.',
      ),
    sentinelUsername: text().exactOptional().describe('The user that the sentinels ask for.'),
    sentinelPassword: secretText(readSecret)
      .exactOptional()
      .describe('The password that the sentinels ask for; or file: and the path of a file that holds it.'),
    tls: z
      .boolean()
      .exactOptional()
      .describe('Whether connections to the sentinels, to the Redis behind them, and to a cluster are made with TLS.'),
    replicas: replicas()
      .default(0)
      .describe(
        'How many replicas have to have a message before it counts as kept; while fewer do, messages are spooled.',
      ),
    fsync: z
      .boolean()
      .default(false)
      .describe('Whether a message counts as kept only when it is on the disk of Redis, and of so many replicas.'),
  })
    .superRefine((written, context) => {
      const faults = [...faultsOf(written), ...usualFaults(written, usualUrl)];
      for (const { key, message } of faults) context.addIssue({ code: 'custom', message, path: [key] });
    })
    .transform((written): RedisPlan => createPlan(written, usualUrl));
}

interface Written {
  readonly url?: string;
  readonly sentinels?: readonly RedisNode[];
  readonly name?: string;
  readonly cluster?: readonly RedisNode[];
  readonly username?: string;
  readonly password?: string;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
  readonly tls?: boolean;
  readonly replicas: number;
  readonly fsync: boolean;
}

function createPlan({ url, sentinels, name, cluster, ...others }: Written, usualUrl: string): RedisPlan {
  const { username, password, sentinelUsername, sentinelPassword, tls = false, replicas, fsync } = others;
  const login = { ...(username && { username }), ...(password && { password }), tls };
  const copies = { replicas, fsync };
  if (cluster !== undefined) return { cluster, ...login, ...copies };
  if (sentinels === undefined) return { url: url ?? usualUrl, ...copies };
  return {
    sentinels,
    primary: name ?? '',
    ...login,
    ...(sentinelUsername && { sentinelUsername }),
    ...(sentinelPassword && { sentinelPassword }),
    ...copies,
  };
}

type Key = keyof Written;

const places = ['url', 'sentinels', 'cluster'] as const;

/** Which keys have a meaning only beside these others. */
const companions: readonly { readonly keys: readonly Key[]; readonly beside: readonly Key[]; readonly else: string }[] =
  [
    { keys: ['name', 'sentinelUsername', 'sentinelPassword'], beside: ['sentinels'], else: 'belongs to sentinels' },
    {
      keys: ['username', 'password'],
      beside: ['sentinels', 'cluster'],
      else: 'belongs to sentinels or cluster; in a URL it is written redis://user:password@host:port',
    },
    {
      keys: ['tls'],
      beside: ['sentinels', 'cluster'],
      else: 'belongs to sentinels or cluster; a URL with TLS begins with rediss://',
    },
  ];

function faultsOf(written: Written): readonly { readonly key: Key; readonly message: string }[] {
  const isThere = (key: Key) => written[key] !== undefined;
  const [place, ...others] = places.filter(isThere);
  const contradictions = others.map((key) => ({
    key,
    message: `cannot stand beside ${place}: there is one Redis, given by url, sentinels or cluster`,
  }));
  const strangers = companions.flatMap(({ keys, beside, else: message }) =>
    beside.some(isThere) ? [] : keys.filter(isThere).map((key) => ({ key, message })),
  );
  const lonely = (
    [
      ['username', 'password'],
      ['sentinelUsername', 'sentinelPassword'],
    ] as const
  )
    .filter(([user, secret]) => isThere(user) && !isThere(secret))
    .map(([key, secret]) => ({ key, message: `needs ${secret} beside it` }));
  const nameless: readonly { readonly key: Key; readonly message: string }[] =
    isThere('sentinels') && !isThere('name')
      ? [{ key: 'name', message: 'is missing: write by which name the sentinels know the primary' }]
      : [];
  return [...contradictions, ...strangers, ...lonely, ...nameless];
}

/** What the environment says counts as if it were written here. */
function usualFaults(written: Written, usualUrl: string): readonly { readonly key: Key; readonly message: string }[] {
  if (places.some((place) => written[place] !== undefined)) return [];
  const message = urlFault(usualUrl);
  return message === undefined ? [] : [{ key: 'url', message: `REDIS_URL, which stands for it, ${message}` }];
}

function redisUrl(readSecret: ReadSecret) {
  return z.string({ error: wants(urlRule) }).pipe(
    secretText(readSecret).superRefine((url, context) => {
      const message = urlFault(url);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    }),
  );
}

/** A client that cannot read which database is meant would take another one. */
function urlFault(written: string): string | undefined {
  if (!isUrl(written, ['redis:', 'rediss:'])) return urlRule;
  const { pathname, searchParams } = new URL(written);
  const databases = [pathname.slice(1) || '0', ...searchParams.getAll('db')];
  return databases.every((database) => /^\d+$/.test(database)) ? undefined : databaseRule;
}

function nodes() {
  return z.array(node()).min(1, { error: wants('must not be an empty list') });
}

/** Passwords and TLS are the same for all, and stand beside the list: what an address says of them would have no effect. */
function node() {
  const rule = 'must be redis://host:port or host:port';
  return z.string({ error: wants(rule) }).transform((written, context): RedisNode => {
    const url = written.includes('://') ? written : `redis://${written}`;
    const message = isUrl(url, ['redis:', 'rediss:']) ? nodeFault(new URL(url)) : rule;
    if (message !== undefined) {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
    const { hostname, port } = new URL(url);
    return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
  });
}

function nodeFault({ protocol, username, password, hostname, port, pathname, search, hash }: URL): string | undefined {
  if (protocol === 'rediss:') return 'must not begin with rediss://: write tls: true beside the list';
  if (username !== '' || password !== '') return 'must not carry a user or password: write them beside the list';
  if (hostname === '' || port === '' || port === '0') return 'must have a host and a port, as host:port';
  return ['', '/'].includes(pathname) && search === '' && hash === '' ? undefined : 'must end with the port';
}

function replicas() {
  const error = wants(`must be a whole number from 0 to ${mostReplicas}`);
  return z.int({ error }).min(0, { error }).max(mostReplicas, { error });
}
