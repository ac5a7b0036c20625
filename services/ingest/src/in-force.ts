import { type Configuration, verifiesNothing } from '@relay/config';
import type { Journal } from '@relay/journal';
import type { IngestMetrics } from '@relay/metrics';
import { planLogs } from '@relay/routing';
import type { Logger } from 'pino';
import type { Handle } from './listener.ts';
import type { Listeners } from './listeners.ts';
import type { RedisWatch } from './redis-watch.ts';

/**
 * Which configuration requests meet.
 *
 *   start ──▶ served, not applied ──▶ applied        messages are spooled until then
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
  /** Whether a newer one was turned down, or waits for Redis. */
  outdated(): boolean;
  /** A configuration was turned down before it came to this; the old one stays. */
  turnDown(reasons: string): void;
  /** Nothing is brought into force or tried again after this. */
  close(): void;
}

export interface InForceOptions {
  readonly first: Configuration;
  readonly journal: Pick<Journal, 'apply'>;
  readonly listeners: Pick<Listeners, 'listen'>;
  /** What takes the requests that meet this configuration. */
  readonly createHandle: (configuration: Configuration) => Handle;
  readonly redisWatch: Pick<RedisWatch, 'failed'>;
  readonly metrics: Pick<IngestMetrics, 'configuration' | 'expectEndpoint' | 'forgetEndpoint'>;
  /** Redis has the logs and cursors of another one now. */
  readonly onApplied: () => void;
  readonly log: Logger;
}

const tryAgainMs = 200;

export function createInForce(options: InForceOptions): InForce {
  const { first, journal, listeners, createHandle, redisWatch, metrics, onApplied, log } = options;
  let current = first;
  let applied = false;
  let outdated = false;
  /** Since the last one that was to be brought into force. */
  let turnedDown = false;
  let wanted: Configuration | undefined;
  let work: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function start(): Promise<void> {
    await listeners.listen(first.ingest.listeners, createHandle(first));
    await change(first);
  }

  function change(next: Configuration): Promise<void> {
    turnedDown = false;
    return bringLater(next);
  }

  function bringLater(next: Configuration): Promise<void> {
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
      for (const { endpoint, reason } of await journal.apply(planLogs(next)))
        log.warn({ endpoint, reason: `its log is broken: ${reason}` }, 'configuration.warning');
    } catch (error) {
      redisWatch.failed(error);
      stayBehind();
      soon(() =>
        bringLater(wanted ?? next).catch((error) => turnDown(error instanceof Error ? error.message : String(error))),
      );
      return;
    }
    if (closed) return;
    // A newer one may have come meanwhile; its turn is next.
    if (wanted === next) wanted = undefined;
    await swap(next);
  }

  async function swap(next: Configuration): Promise<void> {
    const previous = current;
    try {
      await listeners.listen(next.ingest.listeners, createHandle(next));
    } catch (error) {
      stayBehind();
      await undo();
      throw error;
    }
    current = next;
    applied = true;
    outdated = turnedDown;
    countEndpoints(previous, next);
    metrics.configuration({ applied: true, at: Date.now() });
    if (turnedDown) stayBehind();
    const { endpoints, subscribers } = next;
    log.info({ endpoints: endpoints.length, subscribers: subscribers.length }, 'configuration.applied');
    onApplied();
    for (const { name } of endpoints.filter(verifiesNothing))
      log.warn(
        { endpoint: name, reason: 'anybody may post to it: its verify asks for nothing' },
        'configuration.warning',
      );
  }

  function stayBehind(): void {
    outdated = true;
    metrics.configuration({ applied: false, at: Date.now() });
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

  function turnDown(reasons: string): void {
    log.error({ reason: reasons }, 'configuration.rejected');
    turnedDown = true;
    stayBehind();
  }

  function close(): void {
    closed = true;
    clearTimeout(timer);
  }

  return { start, change, current: () => current, applied: () => applied, outdated: () => outdated, turnDown, close };
}
