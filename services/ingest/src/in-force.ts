import type { Configuration } from '@relay/config';
import type { Journal } from '@relay/journal';
import type { IngestMetrics } from '@relay/metrics';
import { planLogs } from '@relay/routing';
import type { Logger } from 'pino';
import type { Listeners } from './listeners.ts';
import type { RedisWatch } from './redis-watch.ts';

/**
 * Which configuration requests meet.
 *
 *   start ──▶ served, not applied ──▶ applied        messages are kept from here on
 *   change ──▶ wanted ──▶ applied ──▶ served         the one before serves until then
 *                 └─ Redis away: tried again
 */
export interface InForce {
  /** Listens at once. Rejects when a port cannot be had. */
  start(): Promise<void>;
  /** Brings the next one into force, later when Redis is away. Rejects when a port cannot be had; the old one stays. */
  change(next: Configuration): Promise<void>;
  current(): Configuration;
  /** Whether Redis has the logs and cursors of the current one. */
  applied(): boolean;
  /** Nothing is brought into force or tried again after this. */
  close(): void;
}

export interface InForceOptions {
  readonly first: Configuration;
  readonly journal: Pick<Journal, 'apply'>;
  readonly listeners: Pick<Listeners, 'listen'>;
  /** Lets requests meet this configuration from now on. */
  readonly serve: (configuration: Configuration) => void;
  readonly redisWatch: Pick<RedisWatch, 'failed'>;
  readonly metrics: Pick<IngestMetrics, 'configuration' | 'expectEndpoint' | 'forgetEndpoint'>;
  readonly log: Logger;
}

const tryAgainMs = 200;

export function createInForce({ first, journal, listeners, serve, redisWatch, metrics, log }: InForceOptions): InForce {
  let current = first;
  let applied = false;
  let wanted: Configuration | undefined;
  let work: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function start(): Promise<void> {
    serve(first);
    await listeners.listen(first.ingest.listeners);
    await change(first);
  }

  function change(next: Configuration): Promise<void> {
    wanted = next;
    const bringing = work.then(bring);
    work = bringing.catch(() => {});
    return bringing;
  }

  /** Logs and cursors first: nothing may be kept before every subscriber's cursor is there to see it. */
  async function bring(): Promise<void> {
    clearTimeout(timer);
    const next = wanted;
    if (closed || next === undefined) return;
    try {
      await journal.apply(planLogs(next));
    } catch (error) {
      redisWatch.failed(error);
      metrics.configuration({ applied: false, at: Date.now() });
      soon(() => change(wanted ?? next).catch(turnDown));
      return;
    }
    if (closed) return;
    wanted = undefined;
    await swap(next);
  }

  async function swap(next: Configuration): Promise<void> {
    const previous = current;
    try {
      serve(next);
      await listeners.listen(next.ingest.listeners);
    } catch (error) {
      serve(previous);
      metrics.configuration({ applied: false, at: Date.now() });
      await undo();
      throw error;
    }
    current = next;
    applied = true;
    countEndpoints(previous, next);
    metrics.configuration({ applied: true, at: Date.now() });
    const { endpoints, subscribers } = next;
    log.info({ endpoints: endpoints.length, subscribers: subscribers.length }, 'configuration.applied');
  }

  /** The journal goes back to the current plans, later when Redis is away. Never rejects: a person has to hear what was wrong first. */
  async function undo(): Promise<void> {
    if (closed || wanted !== undefined) return;
    try {
      await journal.apply(planLogs(current));
    } catch (error) {
      redisWatch.failed(error);
      soon(() => {
        work = work.then(undo);
        return work;
      });
    }
  }

  function soon(step: () => Promise<void>): void {
    if (!closed) timer = setTimeout(() => void step(), tryAgainMs);
  }

  function countEndpoints(previous: Configuration, next: Configuration): void {
    const names = new Set(next.endpoints.map(({ name }) => name));
    for (const { name } of previous.endpoints) if (!names.has(name)) metrics.forgetEndpoint(name);
    for (const name of names) metrics.expectEndpoint(name);
  }

  function turnDown(error: unknown): void {
    log.error({ reason: error instanceof Error ? error.message : String(error) }, 'configuration.rejected');
  }

  function close(): void {
    closed = true;
    clearTimeout(timer);
  }

  return { start, change, current: () => current, applied: () => applied, close };
}
