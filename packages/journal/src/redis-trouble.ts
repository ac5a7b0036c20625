import { isIPv6 } from 'node:net';
import type { RedisNode } from '@relay/core';

/** What is wrong with Redis and what to do, in a sentence without secrets. */
export function describeTrouble(error: unknown): string {
  const root = rootOf(error);
  const sentence = sentenceOf(root) ?? `Redis does not take messages: ${root.text || root.code}`;
  return typeof sentence === 'string' ? sentence : sentence(root);
}

/** Whether an error is of Redis or of the way to it, rather than a mistake of ours. */
export function isRedisTrouble(error: unknown): boolean {
  const isReply = error instanceof Error && error.name === 'ReplyError';
  return isReply || sentenceOf(rootOf(error)) !== undefined;
}

/** The same of one node of a cluster; the others may be well. */
export function describeNodeTrouble(node: string, error: unknown): string {
  return `${describeTrouble(error)} (the node ${node} of the cluster)`;
}

/** A consequence rather than a reason: whatever else was found out tells more. */
export const connectionLost = 'The connection to Redis was lost';

const sentences: readonly (readonly [sign: RegExp, sentence: string | ((root: Root) => string)])[] = [
  [/^NOAUTH/, 'Redis asks for a password: put it into the redis URL, as redis://:password@host:port'],
  [/^WRONGPASS|invalid username-password|invalid password/, 'Redis refuses the user or password in the redis URL'],
  [/^NOPERM|can't run this command/, 'Redis does not permit the user in the redis URL what the relay needs'],
  [/^READONLY/, 'Redis is a read-only replica: the redis URL has to name the primary'],
  [/^OOM/, 'Redis is full: give it more maxmemory, or shorten retention'],
  [/^MISCONF|^ERR.*disk/i, 'Redis cannot write to its disk: look at its log'],
  [/^TRYAGAIN|non local key/, 'A slot of the cluster of Redis is being moved to another node'],
  [/^CLUSTERDOWN/, 'The cluster of Redis is down: some of its slots have no node'],
  [
    /None of startup nodes|Failed to refresh slots cache/,
    'No node of the cluster of Redis can be reached, or it is not a cluster',
  ],
  [/All sentinels are unreachable/, nobodyKnowsPrimary],
  [/^NOREPLICAS/, 'Redis has fewer replicas than its min-replicas-to-write asks for'],
  [/^LOADING/, 'Redis is still loading its data'],
  [/DB index is out of range|invalid DB index/, hasNoDatabase],
  [/ECONNREFUSED/, refusesConnections],
  [/ENOTFOUND|EAI_AGAIN/, cannotBeResolved],
  [/ETIMEDOUT|timed out|socket timeout|no answer within/i, 'Redis does not answer in time'],
  [
    /connection .*close|ECONNRESET|Stream isn't writeable|max retries per request|Too many Cluster redirections/i,
    connectionLost,
  ],
];

function sentenceOf({ text, code }: Root) {
  return sentences.find(([sign]) => sign.test(text) || sign.test(code))?.[1];
}

function nobodyKnowsPrimary({ sentinels = [], primary }: Root): string {
  const asked = sentinels.map(({ host, port }) => formatAddress(host, port)).join(', ');
  const name = primary === undefined ? 'by this name' : JSON.stringify(primary);
  return `No sentinel of Redis can be reached, or none knows a primary ${name}${asked === '' ? '' : `: ${asked}`}`;
}

function cannotBeResolved({ hostname }: Root): string {
  return `The host name ${hostname ?? 'in the redis URL'} cannot be resolved`;
}

function hasNoDatabase({ database = 'with this number' }: Root): string {
  return `Redis has no database ${database}: the redis URL names it`;
}

function refusesConnections({ address = 'the address of the redis URL' }: Root): string {
  return `Redis refuses connections at ${address}: is it running there, and is that the address it is to have?`;
}

interface Root {
  readonly text: string;
  readonly code: string;
  readonly address?: string | undefined;
  /** The one that was asked for. */
  readonly database?: string | undefined;
  /** That could not be resolved. */
  readonly hostname?: string | undefined;
  /** Those that were asked for the primary of this name. */
  readonly sentinels?: readonly RedisNode[] | undefined;
  readonly primary?: string | undefined;
}

/** The innermost cause says what happened; those around it only what it led to. */
function rootOf(error: unknown): Root {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  if (!(root instanceof Error)) return { text: String(root), code: '' };
  const { message: text, code = '', hostname, command, sentinels, primary } = root as Error & Traces;
  const database = command?.name === 'select' ? String(command.args[0]) : undefined;
  return { text, code: String(code), address: addressOf(root), database, hostname, sentinels, primary };
}

/** What Node, ioredis and our own connecting leave in errors. */
interface Traces extends Pick<Root, 'hostname' | 'sentinels' | 'primary'> {
  readonly code?: string | number;
  readonly command?: { readonly name: string; readonly args: readonly unknown[] };
}

/** `host:port` that could not be reached; the first, where a name stands for several. */
function addressOf(error: Error): string | undefined {
  const [first] = error instanceof AggregateError ? error.errors : [error];
  if (!(first instanceof Error && 'address' in first && 'port' in first)) return undefined;
  return formatAddress(String(first.address), first.port);
}

function formatAddress(host: string, port: unknown): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
