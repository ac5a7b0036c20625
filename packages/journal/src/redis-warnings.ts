import type { Redis } from 'ioredis';
import { readAppendSettings } from './append-settings.ts';
import type { RedisConnection } from './connect.ts';
import { primaries } from './nodes.ts';

/** Knows which settings of Redis may cost messages, and finds out when they are changed. */
export interface RedisWarnings {
  /** Asks Redis now, and every few minutes from then on. */
  look(): void;
  close(): void;
}

export interface RedisWarningsOptions {
  readonly redis: RedisConnection;
  /** Told each as it comes up, in a sentence without secrets. */
  readonly onWarning: (sentence: string) => void;
  /** Told how many there are whenever Redis was asked. */
  readonly onCount: (count: number) => void;
  readonly lookEveryMs?: number;
}

const usualLookEveryMs = 5 * 60_000;

export function createRedisWarnings(options: RedisWarningsOptions): RedisWarnings {
  const { redis, onWarning, onCount, lookEveryMs = usualLookEveryMs } = options;
  let known: readonly string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let looking = false;
  let closed = false;

  async function look(): Promise<void> {
    if (looking || closed) return;
    looking = true;
    clearTimeout(timer);
    const found = await readWarnings(redis).catch(() => undefined);
    looking = false;
    if (closed) return;
    timer = setTimeout(() => void look(), lookEveryMs).unref();
    if (found === undefined) return;
    for (const sentence of found) if (!known.includes(sentence)) onWarning(sentence);
    known = found;
    onCount(found.length);
  }

  return {
    look: () => void look(),
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** One sentence for each setting, whichever nodes of a cluster have it. */
async function readWarnings(redis: RedisConnection): Promise<readonly string[]> {
  const asked = primaries(redis).map(async ([node, connection]) => ({ node, ends: await readNode(connection) }));
  const nodesByEnd = new Map<string, string[]>();
  for (const { node, ends } of await Promise.all(asked))
    for (const end of ends) nodesByEnd.set(end, [...(nodesByEnd.get(end) ?? []), node]);
  return [...nodesByEnd].map(([end, nodes]) => `${subject(nodes)} ${end}`);
}

function subject(nodes: readonly string[]): string {
  if (nodes.includes('')) return 'Redis';
  return nodes.length === 1 ? `The node ${nodes[0]} of Redis` : `Each of the nodes ${nodes.join(', ')} of Redis`;
}

/** Ends of sentences that begin with who has the setting. */
async function readNode(connection: Redis): Promise<readonly string[]> {
  const policy = /^maxmemory_policy:(\S+)/m.exec(await connection.info('memory'))?.[1] ?? 'noeviction';
  const { appendonly, appendfsync } = await readAppendSettings(connection);
  const ends = [];
  if (policy !== 'noeviction')
    ends.push(`may throw away messages when its memory is full (maxmemory-policy ${policy}): set it to noeviction`);
  if (appendonly === 'no')
    ends.push('has no append-only file and loses what it has when it ends: set appendonly to yes');
  if (appendonly === 'yes' && appendfsync !== undefined && appendfsync !== 'always')
    ends.push(`does not sync each message to its disk (appendfsync ${appendfsync}): set it to always`);
  return ends;
}
