import { type Message, type MessageId, messageId } from '@relay/core';
import type { Redis } from 'ioredis';
import { createBatched } from './batch.ts';
import { checkOf } from './entry.ts';
import { decodeAnswers, encodeItem, type KeepAnswer, type KeepItem } from './keep-call.ts';
import { logKey } from './keys.ts';
import { createReachability } from './reachability.ts';
import type { RunScript } from './scripts.ts';

/** What became of a message: kept under this id, or known already (`fresh: false`) under the id it was kept with first. */
export interface Keeping {
  readonly id: MessageId;
  readonly fresh: boolean;
}

/** Redis did not take the message in time. It may have taken it all the same: repeat with the same token. */
export class NotKeptError extends Error {
  readonly code = 'REDIS_AWAY';
}

/** Nothing at all was kept of a message whose endpoint was never applied: a mistake of the caller. */
class UnknownLogError extends Error {
  readonly code = 'UNKNOWN_LOG';
}

const mostAtOnce = { batches: 2, items: 128, bytes: 4 * 1024 * 1024 };

export interface KeepOptions {
  readonly redis: Redis;
  readonly run: RunScript;
  readonly retentionMs: () => number;
  readonly dedupMs: (endpoint: string) => number;
  /** Makes the logs that are missing, of those endpoints that are known. */
  readonly restore: (endpoints: readonly string[]) => Promise<unknown>;
}

/** Keeps messages, batched over whatever arrives meanwhile, in one script per batch. */
export function createKeep({ redis, run, retentionMs, dedupMs, restore }: KeepOptions) {
  const reachability = createReachability(redis);

  async function keepBatch(items: readonly KeepItem[]): Promise<readonly KeepAnswer[]> {
    if (!reachability.reachable()) throw new NotKeptError('Redis is away');
    try {
      const answers = await runKeep(items);
      const missing = items.filter((_, i) => answers[i]?.entry === undefined);
      if (missing.length === 0) return answers;
      await restore([...new Set(missing.map(({ endpoint }) => endpoint))]);
      const repeated = await runKeep(missing);
      return answers.map((answer) => (answer.entry === undefined ? (repeated.shift() ?? answer) : answer));
    } catch (error) {
      reachability.failed(error);
      throw new NotKeptError('Redis did not take the message', { cause: error });
    }
  }

  async function runKeep(items: readonly KeepItem[]): Promise<KeepAnswer[]> {
    const endpoints = [...new Set(items.map(({ endpoint }) => endpoint))];
    const numbers = new Map(endpoints.map((endpoint, i) => [endpoint, i + 1]));
    const values = [
      retentionMs(),
      ...endpoints.flatMap((endpoint) => [endpoint, dedupMs(endpoint)]),
      ...items.flatMap((item) => encodeItem(item, numbers.get(item.endpoint) ?? 0)),
    ];
    return decodeAnswers((await run('relayKeep', endpoints.map(logKey), values)) as Buffer);
  }

  const batched = createBatched(keepBatch, { ...mostAtOnce, sizeOf: ({ message }: KeepItem) => message.body.length });

  async function keep(endpoint: string, message: Message, token: string): Promise<Keeping> {
    const { entry, fresh } = await batched({ endpoint, message, token });
    if (entry === undefined)
      throw new UnknownLogError(`there is no log for endpoint ${endpoint}: apply its configuration first`);
    return { id: messageId(endpoint, entry, checkOf(message.digest)), fresh };
  }

  return { keep, reachable: reachability.reachable, close: reachability.close };
}
