import { isDeepStrictEqual } from 'node:util';
import type { HoldReason } from '@relay/core';
import type { Cluster, Redis } from 'ioredis';
import { decodeState, encodeHeld, type HoldState, runningAt, runs } from './hold-state.ts';
import { holdKey, holdsChannel, holdsKey } from './keys.ts';
import { listen } from './listen.ts';
import { loadScripts } from './scripts.ts';

export interface HoldsOptions {
  readonly redis: Redis | Cluster;
  /** A connection for this alone that does not subscribe again by itself: changes are heard of on it. Without it, only what is read is known. */
  readonly hearing?: Redis | Cluster;
  /** How a subscriber stands has changed, or is known now; then there is no `before`. Must not throw. */
  readonly onChange?: (subscriber: string, now: HoldState, before: HoldState | undefined) => void;
  /** Told once whenever Redis does not let it listen any more; then changes are seen only when they are read. */
  readonly onDeaf?: (error: unknown) => void;
  readonly clock?: () => number;
}

/** What one decided on; another change since then makes it void. */
export interface Seen {
  readonly version: number;
}

/**
 * Which subscribers are on hold. The truth is in Redis, one hash for each, and is changed by whoever still sees it as it is; this
 * object knows what it was last, also while Redis is away. Of a subscriber that was never read nothing is known, and nothing is allowed.
 */
export interface Holds {
  /** Knows these subscribers from now on, and no others. Rejects with the first failure when all were tried; the others are known then. */
  follow(subscribers: readonly string[]): Promise<void>;
  /** Reads again how all of them stand. */
  read(): Promise<void>;
  /** As it was last known; a subscriber that was never on hold, or never read, runs. */
  stateOf(subscriber: string): HoldState;
  /** Whether its cursors may be moved. */
  mayRead(subscriber: string): boolean;
  /** Whether attempts may be made other than probes: also on a crowded hold, which is to become less so. */
  mayAttempt(subscriber: string): boolean;
  /** What the clock of its deliveries shows, in ms; see `runningAt`. */
  runningNow(subscriber: string): number;
  /** Answers whether it was changed: a hold for a reason as strong stays as it is (paused before gone before breaker before crowded). */
  hold(subscriber: string, wanted: Wanted & Partial<Seen>): Promise<boolean>;
  /** Ends any hold. Answers whether there was one. */
  resume(subscriber: string, seen?: Seen): Promise<boolean>;
  /**
   * Takes the right to make a probe for so long (ms), or keeps it for longer. Answers 0, or after how many ms it may be worth
   * asking again, or undefined when there is nothing to be probed any more.
   */
  takeProbe(
    subscriber: string,
    probe: Seen & { readonly by: string; readonly leaseMs: number },
  ): Promise<number | undefined>;
  /** Gives that right back; with the instant of the next one (epoch ms) where it was used and failed. */
  endProbe(subscriber: string, probe: Seen & { readonly by: string; readonly nextProbeAt?: number }): Promise<void>;
  /** The names of all subscribers that ever were on hold. */
  names(): Promise<string[]>;
  /** Whatever is known of the subscriber in Redis goes. */
  forget(subscriber: string): Promise<void>;
  /** Hears no more. The connection for commands stays its owner's. */
  close(): void;
}

interface Wanted {
  readonly reason: HoldReason;
  readonly why: string;
  /** Epoch ms of the first probe. */
  readonly nextProbeAt?: number;
}

/** Everybody has read by then that it runs, in ms. */
const forgottenAfterMs = 60_000;

export function createHolds({
  redis,
  hearing,
  onChange = () => undefined,
  onDeaf = () => undefined,
  clock = Date.now,
}: HoldsOptions): Holds {
  const run = loadScripts(redis);
  const known = new Map<string, HoldState>();
  let followed: ReadonlySet<string> = new Set();
  const listening =
    hearing && listen({ redis: hearing, channel: holdsChannel, onName: heard, onAnything: heardAnything, onDeaf });

  function heard(subscriber: string): void {
    if (followed.has(subscriber)) look(subscriber).catch(() => undefined); // the next round reads it
  }

  function heardAnything(): void {
    read().catch(() => undefined);
  }

  async function look(subscriber: string): Promise<void> {
    const now = decodeState(await redis.hgetall(holdKey(subscriber)));
    if (!followed.has(subscriber)) return;
    const before = known.get(subscriber);
    if (before?.hold !== undefined && now.version === 0) return restore(subscriber, before);
    known.set(subscriber, now);
    if (!isDeepStrictEqual(now, before)) onChange(subscriber, now, before);
  }

  /** Redis has lost its memory: what a person or an answer brought about outlives it as long as somebody knows. */
  async function restore(subscriber: string, before: HoldState): Promise<void> {
    if (before.hold === undefined) return;
    const fields = encodeHeld(before, before.hold);
    await redis.sadd(holdsKey, subscriber).catch(() => undefined);
    const restored = await run('relayHoldRestore', holdKey(subscriber), [subscriber, holdsChannel, ...fields]);
    if (restored === 0) await look(subscriber);
  }

  async function read(): Promise<void> {
    const looks = await Promise.allSettled([...followed].map(look));
    for (const each of looks) if (each.status === 'rejected') throw each.reason;
  }

  /** What was changed here is known here at once. */
  async function change(subscriber: string, values: readonly (string | number)[]): Promise<boolean> {
    const changed = await run('relayHoldChange', holdKey(subscriber), [subscriber, holdsChannel, ...values]);
    await look(subscriber).catch(() => undefined);
    return changed === 1;
  }

  const stateOf = (subscriber: string) => known.get(subscriber) ?? runs;

  return {
    async follow(subscribers) {
      followed = new Set(subscribers);
      for (const name of known.keys()) if (!followed.has(name)) known.delete(name);
      await read();
    },
    read,
    stateOf,
    mayRead: (subscriber) => known.has(subscriber) && stateOf(subscriber).hold === undefined,
    mayAttempt(subscriber) {
      const { hold } = stateOf(subscriber);
      return known.has(subscriber) && (hold === undefined || hold.reason === 'crowded');
    },
    runningNow: (subscriber) => runningAt(stateOf(subscriber), clock()),
    async hold(subscriber, { reason, why, nextProbeAt, version = '' }) {
      // Elsewhere than the hold on a cluster. A hold without a name in the list holds all the same.
      await redis.sadd(holdsKey, subscriber).catch(() => undefined);
      return change(subscriber, [version, Math.round(clock()), reason, why, nextProbeAt ?? '']);
    },
    resume: (subscriber, seen) => change(subscriber, [seen?.version ?? '', Math.round(clock()), '', '', '']),
    async takeProbe(subscriber, { version, by, leaseMs }) {
      const waitMs = await run('relayHoldTakeProbe', holdKey(subscriber), [version, by, leaseMs, clock()]);
      return waitMs < 0 ? undefined : waitMs;
    },
    async endProbe(subscriber, { version, by, nextProbeAt = '' }) {
      await run('relayHoldEndProbe', holdKey(subscriber), [subscriber, holdsChannel, version, by, nextProbeAt]);
      await look(subscriber).catch(() => undefined);
    },
    names: () => redis.smembers(holdsKey),
    async forget(subscriber) {
      // For a while it is known to run: who knows it held would take a hash that is gone for lost.
      await change(subscriber, ['', Math.round(clock()), '', '', '']);
      await redis.hdel(holdKey(subscriber), 'heldMs');
      await redis.pexpire(holdKey(subscriber), forgottenAfterMs);
      await redis.srem(holdsKey, subscriber);
    },
    close: () => listening?.close(),
  };
}
