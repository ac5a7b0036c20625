import { type Message, type MessageId, messageId } from '@relay/core';
import { createBatched } from './batch.ts';
import { type BrokenLog, BrokenLogError, troubleOfKeys } from './broken-log.ts';
import type { RedisConnection } from './connect.ts';
import type { createCopies } from './copies.ts';
import { checkOf } from './entry.ts';
import { decodeAnswers, encodeItem, type KeepAnswer, type KeepItem, type KeptPlace } from './keep-call.ts';
import { logKey } from './keys.ts';
import { groupOf, nodeOf } from './nodes.ts';
import type { Reachability } from './reachability.ts';

/** What became of a message: kept under this id, or known already (`fresh: false`) under the id it was kept with first. */
export interface Keeping {
  readonly id: MessageId;
  readonly fresh: boolean;
}

/** Redis did not take the message in time, whatever log it is for. It may have taken it all the same: repeat with the same token. */
export class NotKeptError extends Error {
  readonly code = 'REDIS_AWAY';
  /** Of a cluster: the others may be well. */
  readonly node: string | undefined;

  constructor(message: string, { node, ...options }: ErrorOptions & { readonly node?: string } = {}) {
    super(message, options);
    this.node = node || undefined;
  }
}

/** Nothing at all was kept of a message whose endpoint was never applied: a mistake of the caller. */
export class UnknownLogError extends Error {
  readonly code = 'UNKNOWN_LOG';
}

/**
 * How long the log remembers beyond the dedup window what it has kept, in ms, counted from the keep: our own repetition is
 * recognised after an outage this long.
 */
export const outageMs = 15 * 60 * 1000;

const mostAtOnce = { batches: 2, items: 128, bytes: 4 * 1024 * 1024 };

/** What a message weighs at least in a batch: Redis works on the smallest one for some 20 µs, and on nothing else meanwhile. */
const leastBytes = 2 * 1024;

export interface KeepOptions {
  readonly redis: RedisConnection;
  /** Runs the script, and waits for what has to have a message before it counts as kept. */
  readonly runKeep: ReturnType<typeof createCopies>['runKeep'];
  readonly reachability: Pick<Reachability, 'reachable' | 'failed'>;
  readonly retentionMs: () => number;
  readonly dedupMs: (endpoint: string) => number;
  /** Makes the logs that are missing, of those endpoints that are known; answers which cannot be made. */
  readonly restore: (endpoints: readonly string[]) => Promise<readonly BrokenLog[]>;
}

/** Keeps messages, batched over whatever arrives meanwhile, in one script per batch. What comes together stays together. */
export function createKeep({ redis, runKeep, reachability, retentionMs, dedupMs, restore }: KeepOptions) {
  async function keepBatch(items: readonly KeepItem[]): Promise<readonly KeepAnswer[]> {
    const [{ endpoint } = { endpoint: '' }] = items;
    const node = nodeOf(redis, endpoint);
    if (!reachability.reachable(endpoint)) throw new NotKeptError('Redis is away', { node });
    try {
      const answers = await keepNow(items);
      const missing = items.filter((_, i) => hasNoLog(answers[i]));
      if (missing.length === 0) return answers;
      const repeated = await keepWithLogs(missing);
      return answers.map((answer) => (hasNoLog(answer) ? (repeated.shift() ?? answer) : answer));
    } catch (error) {
      reachability.failed(endpoint, error);
      throw new NotKeptError('Redis did not take the message', { cause: error, node });
    }
  }

  /** Of a log that cannot be made, the reason is the answer. */
  async function keepWithLogs(items: readonly KeepItem[]): Promise<KeepAnswer[]> {
    const broken = await restore([...new Set(items.map(({ endpoint }) => endpoint))]);
    const reasons = new Map(broken.map(({ endpoint, reason }) => [endpoint, reason]));
    const repeated = await keepNow(items);
    return repeated.map((answer, i) => {
      const reason = reasons.get(items[i]?.endpoint ?? '');
      return hasNoLog(answer) && reason !== undefined ? { kind: 'refused', reason } : answer;
    });
  }

  async function keepNow(items: readonly KeepItem[]): Promise<KeepAnswer[]> {
    const endpoints = [...new Set(items.map(({ endpoint }) => endpoint))];
    const numbers = new Map(endpoints.map((endpoint, i) => [endpoint, i + 1]));
    const values = [
      retentionMs(),
      outageMs,
      ...endpoints.flatMap((endpoint) => [endpoint, dedupMs(endpoint)]),
      ...items.flatMap((item) => encodeItem(item, numbers.get(item.endpoint) ?? 0)),
    ];
    const answers = await runKeep(endpoints[0] ?? '', endpoints.map(logKey), values);
    return decodeAnswers(answers as Buffer[], items);
  }

  const groupFor = groupOf(redis);
  const batched = createBatched(keepBatch, {
    ...mostAtOnce,
    sizeOf: weightOf,
    groupOf: ({ endpoint }) => groupFor(endpoint),
  });

  async function keep(endpoint: string, messages: readonly Message[], token: string): Promise<readonly Keeping[]> {
    if (messages.length === 0) return [];
    const answer = await batched({ endpoint, messages, token });
    switch (answer.kind) {
      case 'kept':
        return messages.map(({ digest }, i) => keepingOf(endpoint, digest, answer.places[i]));
      case 'no log':
        throw new UnknownLogError(`there is no log for endpoint ${endpoint}: apply its configuration first`);
      case 'refused':
        throw refusal(endpoint, answer.reason, nodeOf(redis, endpoint));
    }
  }

  return keep;
}

function hasNoLog(answer: KeepAnswer | undefined): boolean {
  return answer?.kind === 'no log';
}

function refusal(endpoint: string, answered: string, node: string): BrokenLogError | NotKeptError {
  const reason = troubleOfKeys(answered);
  if (reason !== undefined) return new BrokenLogError({ endpoint, reason });
  return new NotKeptError('Redis did not take the message', { cause: new Error(answered), node });
}

function weightOf({ messages }: KeepItem): number {
  return messages.reduce((bytes, { body }) => bytes + Math.max(body.length, leastBytes), 0);
}

function keepingOf(endpoint: string, digest: Buffer, place: KeptPlace | undefined): Keeping {
  if (place === undefined) throw new Error(`Redis left out an answer for a message of ${endpoint}`);
  return { id: messageId(endpoint, place.entry, checkOf(digest)), fresh: place.fresh };
}
