import {
  connectionLost,
  createRedisWarnings,
  describeTrouble,
  NotKeptError,
  type RedisConnection,
} from '@relay/journal';
import type { DampedLog, IngestMetrics } from '@relay/metrics';
import { within } from './within.ts';

/** Knows whether Redis takes messages, and says what is wrong once per outage, not once per message, and less often when it comes and goes. */
export interface RedisWatch {
  connected(): void;
  /** The connection was lost, or cannot be made. */
  lost(error: Error): void;
  /** Redis did not do what it was asked. */
  failed(error: unknown): void;
  /** Whether Redis takes messages, as far as is known. */
  takes(): boolean;
  /** Asks Redis now: what is wrong in a sentence, or undefined. */
  trouble(): Promise<string | undefined>;
  /** Nothing is said any more: a connection that is being ended is no outage. */
  close(): void;
}

export interface RedisWatchOptions {
  /** A connection whose commands fail at once while it is not there. */
  readonly redis: RedisConnection;
  /** Rejects unless Redis takes messages now: a full one, a replica and one that lost its disk still answer a ping. */
  readonly prove: () => Promise<void>;
  readonly metrics: Pick<IngestMetrics, 'redisReachable' | 'redisWarnings'>;
  readonly log: DampedLog;
}

const checkEveryMs = 5_000;
const checkEveryMsInOutage = 500;
/** Longer than the journal gives a command: one node of a cluster that does not answer does not speak for all of them. */
const checkLimitMs = 2_000;

/** Is said to who asks, and not logged: it is so at each start. */
const notReachedYet = 'Redis has not been reached yet';

export function createRedisWatch({ redis, prove, metrics, log }: RedisWatchOptions): RedisWatch {
  /** What was said about the present outage, the best reason last; empty while Redis takes messages. */
  let said: readonly string[] = [notReachedYet];
  let since = Date.now();
  let isConnected = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  function say(error: unknown): void {
    if (closed) return;
    const sentence = describeTrouble(error);
    if (!said.includes(sentence)) log.error({ reason: sentence }, 'redis.away');
    if (said.length === 0) since = Date.now();
    const others = said.filter((other) => other !== sentence);
    said = sentence === connectionLost ? [sentence, ...others] : [...others, sentence];
    metrics.redisReachable(false);
  }

  function works(): void {
    if (closed) return;
    if (said.some((sentence) => sentence !== notReachedYet)) log.info({ awayMs: Date.now() - since }, 'redis.reached');
    said = [];
    metrics.redisReachable(true);
  }

  /** Without a connection there is nothing to ask: `lost` was told why. */
  async function trouble(): Promise<string | undefined> {
    if (isConnected) {
      try {
        await within(checkLimitMs, prove());
        works();
      } catch (error) {
        if (isConnected) say(error);
      }
    }
    return said.at(-1);
  }

  async function check(): Promise<void> {
    clearTimeout(timer);
    await trouble();
    checkSoon();
  }

  function checkSoon(): void {
    clearTimeout(timer);
    if (isConnected) timer = setTimeout(() => void check(), said.length === 0 ? checkEveryMs : checkEveryMsInOutage);
  }

  const warnings = createRedisWarnings({
    redis,
    onWarning: (reason) => log.warn({ reason }, 'redis.warning'),
    onCount: metrics.redisWarnings,
  });

  function lost(error: Error): void {
    isConnected = false;
    say(error);
  }

  return {
    connected() {
      if (closed) return;
      isConnected = true;
      void check();
      warnings.look();
    },
    lost,
    failed(error) {
      if (!isConnected || said.length > 0 || isOfOneNode(error)) return;
      say(error);
      checkSoon();
    },
    takes: () => said.length === 0,
    trouble,
    close() {
      closed = true;
      isConnected = false;
      clearTimeout(timer);
      warnings.close();
    },
  };
}

/** Of a cluster the others may be well; the journal says itself which is not. */
function isOfOneNode(error: unknown): boolean {
  return error instanceof NotKeptError && error.node !== undefined;
}
