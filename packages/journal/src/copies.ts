import type { Copies } from '@relay/core';
import type { Redis } from 'ioredis';
import { readAppendSettings } from './append-settings.ts';
import type { RedisConnection } from './connect.ts';
import { probeKey } from './keys.ts';
import { nodeOf, primaryOf } from './nodes.ts';
import { type RunScript, scriptOf } from './scripts.ts';

/** So long replicas may take, in ms: less than ingest waits for a keep. */
const copiesWithinMs = 500;
/** So long the disks may, also less than ingest waits: with `appendfsync everysec` Redis syncs once a second. */
const disksWithinMs = 1_100;
/** How long the answer counts to the question whether Redis can ask its disk, in ms: its settings may be changed while it runs. */
const lookAgainMs = 5_000;
const probeLastsMs = 60_000;

/** What makes Redis wait for its copies, and whether its answer says that there are enough. */
interface Waiting {
  readonly command: readonly [string, ...number[]];
  readonly suffices: (answer: unknown) => boolean;
}

export interface CopiesOptions {
  readonly redis: RedisConnection;
  readonly run: RunScript;
  readonly copies: Copies;
}

/**
 * Has what was written wait for its copies. WAIT is about what its own connection has written, so it goes out right behind
 * that, in one piece with it. A write of its own stands in between: what a repetition finds kept already, another connection
 * may have written, and replicas have that once they have what came after it.
 */
export function createCopies({ redis, run, copies }: CopiesOptions) {
  const { replicas, fsync } = copies;
  const { lua, sha } = scriptOf('relayKeep');
  const waitings = new Map<string, { readonly waiting: Waiting; readonly at: number }>();

  /** Runs the script that keeps, for logs of one node. Rejects when there are too few copies in time, too. */
  async function runKeep(endpoint: string, keys: readonly string[], values: readonly Argument[]): Promise<unknown> {
    if (replicas === 0 && !fsync) return run('relayKeep', keys, values);
    const waiting = await waitingFor(endpoint);
    const rest = [keys.length, ...keys, ...values];
    try {
      return await inOnePiece(endpoint, waiting, ['EVALSHA', sha, ...rest]);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return inOnePiece(endpoint, waiting, ['EVAL', lua, ...rest]);
    }
  }

  /** Rejects unless the node of this endpoint takes writes now, with as many copies as are wanted. */
  async function prove(endpoint: string): Promise<void> {
    await inOnePiece(endpoint, replicas > 0 || fsync ? await waitingFor(endpoint) : undefined);
  }

  async function inOnePiece(
    endpoint: string,
    waiting: Waiting | undefined,
    ...first: readonly (readonly [string, ...Argument[]])[]
  ): Promise<unknown> {
    const pipeline = redis.pipeline();
    for (const command of first) pipeline.callBuffer(...command);
    pipeline.set(probeKey(endpoint), '', 'PX', probeLastsMs);
    if (waiting !== undefined) pipeline.call(...waiting.command);
    const answers = (await pipeline.exec()) ?? [];
    const failure = answers.find(([error]) => error !== null)?.[0];
    if (failure) throw failure;
    if (waiting !== undefined && !waiting.suffices(answers.at(-1)?.[1])) throw new Error(tooFew);
    return answers[0]?.[1];
  }

  async function waitingFor(endpoint: string): Promise<Waiting> {
    if (!fsync) return waitForReplicas(replicas);
    const node = nodeOf(redis, endpoint);
    const known = waitings.get(node);
    if (known !== undefined && performance.now() - known.at < lookAgainMs) return known.waiting;
    const waiting = await waitingForDisk(primaryOf(redis, endpoint), replicas);
    waitings.set(node, { waiting, at: performance.now() });
    return waiting;
  }

  const tooFew = fsync
    ? `what is written is not on the disk of Redis${replicas > 0 ? ` and ${replicas} of its replicas` : ''} in time`
    : `fewer than ${replicas} of its replicas have what is written in time`;

  return { runKeep, prove };
}

type Argument = string | number | Buffer;

function waitForReplicas(replicas: number): Waiting {
  return { command: ['WAIT', replicas, copiesWithinMs], suffices: (answer) => Number(answer) >= replicas };
}

/** Where each write goes to disk before it is answered, nothing of it is left to wait for. */
async function waitingForDisk(redis: Redis, replicas: number): Promise<Waiting> {
  if (await knowsWaitAof(redis)) return waitForDisks(replicas);
  if (await syncsAlways(redis)) return waitForReplicas(replicas);
  throw new Error(
    'it does not wait for its disk, which fsync asks for: set appendonly yes and appendfsync always, or use Redis 7.2 or newer with appendonly yes',
  );
}

function waitForDisks(replicas: number): Waiting {
  return {
    command: ['WAITAOF', 1, replicas, disksWithinMs],
    suffices: (answer) => Array.isArray(answer) && Number(answer[0]) >= 1 && Number(answer[1]) >= replicas,
  };
}

async function knowsWaitAof(redis: Redis): Promise<boolean> {
  const [command] = (await redis.call('COMMAND', 'INFO', 'WAITAOF')) as unknown[];
  return command !== null && command !== undefined;
}

/** Where that may not be asked, it counts as not so. */
async function syncsAlways(redis: Redis): Promise<boolean> {
  const { appendonly, appendfsync } = await readAppendSettings(redis);
  return appendonly === 'yes' && appendfsync === 'always';
}
