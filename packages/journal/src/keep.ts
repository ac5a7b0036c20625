import { hash } from 'node:crypto';
import { type EntryId, type Message, type MessageId, messageId } from '@relay/core';
import type { Redis } from 'ioredis';
import { createBatched } from './batch.ts';
import { checkOf, encodeMetadata } from './entry.ts';
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
export class UnknownLogError extends Error {
  readonly code = 'UNKNOWN_LOG';
}

interface Item {
  readonly endpoint: string;
  readonly message: Message;
  readonly token: string;
}

type KeepAnswer = readonly [code: number, entry?: Buffer];

const mostAtOnce = { items: 128, bytes: 4 * 1024 * 1024 };
/** Look-ups per message: a correlation id and so many devices. */
const mostLookUps = 32;
const digestBytes = 12;

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

  async function keepBatch(items: readonly Item[]): Promise<readonly KeepAnswer[]> {
    if (!reachability.reachable()) throw new NotKeptError('Redis is away');
    try {
      const answers = await runKeep(items);
      const missing = items.filter((_, i) => answers[i]?.[0] === -1);
      if (missing.length === 0) return answers;
      await restore([...new Set(missing.map(({ endpoint }) => endpoint))]);
      const repeated = await runKeep(missing);
      return answers.map((answer) => (answer[0] === -1 ? (repeated.shift() ?? answer) : answer));
    } catch (error) {
      reachability.failed(error);
      throw new NotKeptError('Redis did not take the message', { cause: error });
    }
  }

  async function runKeep(items: readonly Item[]): Promise<KeepAnswer[]> {
    const endpoints = [...new Set(items.map(({ endpoint }) => endpoint))];
    const numbers = new Map(endpoints.map((endpoint, i) => [endpoint, i + 1]));
    const values = [
      retentionMs(),
      ...endpoints.flatMap((endpoint) => [endpoint, dedupMs(endpoint)]),
      ...items.flatMap(({ endpoint, message, token }) => [
        numbers.get(endpoint) ?? 0,
        message.body,
        encodeMetadata(message),
        message.digest.subarray(0, digestBytes),
        Math.min(message.vendorAttempt ?? 0, 255),
        tokenBytes(token),
        lookUpsOf(message),
      ]),
    ];
    return (await run('relayKeep', endpoints.map(logKey), values)) as KeepAnswer[];
  }

  const batched = createBatched(keepBatch, { ...mostAtOnce, sizeOf: ({ message }: Item) => message.body.length });

  async function keep(endpoint: string, message: Message, token: string): Promise<Keeping> {
    const [code, entry] = await batched({ endpoint, message, token });
    if (code === -1 || entry === undefined)
      throw new UnknownLogError(`there is no log for endpoint ${endpoint}: apply its configuration first`);
    return { id: messageId(endpoint, entry.toString('latin1') as EntryId, checkOf(message.digest)), fresh: code === 1 };
  }

  return { keep, reachable: reachability.reachable, close: reachability.close };
}

/** Eight bytes that stand for a correlation id or a device id in the look-ups. */
export function lookUpHash(value: string): Buffer {
  return hash('sha256', value, 'buffer').subarray(0, 8);
}

function lookUpsOf({ facts }: Message): Buffer {
  const values = new Set(facts.devices.map(({ id }) => id));
  if (facts.correlationId !== undefined) values.add(facts.correlationId);
  return Buffer.concat([...values].slice(0, mostLookUps).map(lookUpHash));
}

function tokenBytes(token: string): Buffer {
  return hash('sha256', token, 'buffer').subarray(0, 4);
}
