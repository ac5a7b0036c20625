import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '@relay/simulators';
import { startRemote } from '@relay/testkit';
import { endpoints } from './callback.ts';
import { leastOf } from './check-ids.ts';
import { sumOf } from './exposition.ts';
import type { Fault } from './fault.ts';
import { play } from './play.ts';
import type { ReceiversVerbs } from './receivers-process.ts';
import { type Report, reportOf } from './report.ts';
import { scheduleOf } from './schedule.ts';
import { configured, subscribers } from './subscribers.ts';
import { playVendor, type VendorPost } from './vendor.ts';
import { startWholeRelay, type WholeRelay } from './whole-relay.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly durationMs: number;
  /** Requests per second. */
  readonly rate: number;
  readonly faults: readonly Fault[];
  /** Between two faults of a track, ms. */
  readonly restMs?: readonly [number, number];
  /** How long a flapping subscriber is away, and then there; default 20 s. */
  readonly flapMs?: number;
}

export interface ChaosDeps {
  readonly print: (line: string) => void;
  /** Ends what is going on early; what was posted is checked all the same. */
  readonly stopping: AbortSignal;
}

/** Posting goes on for so long after the last fault, so that it can be seen how soon deliveries follow. */
const tailMs = 6_000;
const usualFlapMs = 20_000;
const pollMs = 500;
/** When nothing has come for so long, what is missing counts as lost: longer than abandoned deliveries wait to be claimed. */
const quietMs = 45_000;
/** For repeats that come late. */
const lastLookMs = 3_000;

/** Breaks the whole relay on purpose, under steady load, and reports what became of each callback. */
export async function runChaos(options: ChaosOptions, { print, stopping }: ChaosDeps): Promise<Report> {
  const { seed, durationMs, rate, faults, flapMs = usualFlapMs } = options;
  await using opening = new AsyncDisposableStack();
  const receivers = opening.adopt(
    startRemote<ReceiversVerbs>(new URL('./receivers-process.ts', import.meta.url)),
    (remote) => remote.close(),
  );
  const random = createRandom(seed);
  const urls = await receivers.ask('open', { subscribers, seed, flapMs });
  const relay = opening.use(
    await startWholeRelay({
      ingests: 2,
      workers: 2,
      endpoints,
      subscribers: subscribers.map((subscriber, index) => configured(subscriber, urls[index] ?? '')),
    }),
  );

  const loaded = new AbortController();
  const posting = playVendor({
    url: `http://127.0.0.1:${relay.front.port}`,
    perSecond: rate,
    random,
    stopping: loaded.signal,
  });
  const startedAt = Date.now();
  const playing = play({ relay, planned: scheduleOf(options), faults, startedAt, print, stopping });
  await pause(durationMs, undefined, { signal: stopping }).catch(() => {});
  const happened = await playing;
  await pause(tailMs);
  loaded.abort();
  const posts = await posting;

  print(`${posts.length} posts made; waiting for what is on its way`);
  const settledMs = await untilAllIsThere({ relay, posts, counts: () => receivers.ask('counts', undefined) });
  const arrivals = await receivers.ask('arrivals', undefined);
  return await reportOf({ options, relay, posts, arrivals, happened, startedAt, settledMs });
}

interface Waiting {
  readonly relay: WholeRelay;
  readonly posts: readonly VendorPost[];
  readonly counts: () => Promise<Record<string, number>>;
}

/** Until every subscriber has what it must get and the relay has nothing left to do, or nothing moves any more; resolves with how long it took, ms. */
async function untilAllIsThere({ relay, posts, counts }: Waiting): Promise<number> {
  const least = Object.entries(leastOf(posts, subscribers));
  const from = Date.now();
  let before = '';
  let movedAt = from;
  while (Date.now() - movedAt < quietMs) {
    const now = await counts();
    const left = await leftToDo(relay);
    if (left === 0 && least.every(([name, count]) => (now[name] ?? 0) >= count)) break;
    const state = JSON.stringify([now, left]);
    if (state !== before) movedAt = Date.now();
    before = state;
    await pause(pollMs);
  }
  const settledMs = Date.now() - from;
  await pause(lastLookMs);
  return settledMs;
}

const unfinished = [
  'relay_spool_messages',
  'relay_waiting_messages',
  'relay_pending_deliveries',
  'relay_open_deliveries',
];

async function leftToDo({ parts }: WholeRelay): Promise<number> {
  const pages = await Promise.all(parts.map((part) => part.metrics().catch(() => '')));
  return pages.reduce((sum, page) => sum + unfinished.reduce((all, name) => all + sumOf(page, name), 0), 0);
}
