import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '@relay/simulators';
import { startRemote } from '@relay/testkit';
import { endpoints } from './callback.ts';
import { leastOf } from './check-ids.ts';
import { sumOver } from './exposition.ts';
import type { Fault } from './fault.ts';
import { play } from './play.ts';
import type { ReceiversVerbs } from './receivers-process.ts';
import { type Report, reportOf } from './report.ts';
import { scheduleOf } from './schedule.ts';
import { configured, subscribers } from './subscribers.ts';
import { untilQuiet } from './until-quiet.ts';
import { startVendor } from './vendor.ts';
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
  /** Ends whatever is going on; then it rejects. */
  readonly stopping: AbortSignal;
}

/** Posting goes on for so long after the last fault, so that it can be seen how soon deliveries follow. */
const tailMs = 6_000;
const usualFlapMs = 20_000;
/** The workers' books are as old as that. */
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
      stopping,
    }),
  );
  const url = `http://127.0.0.1:${relay.front.port}`;
  const vendor = opening.adopt(startVendor({ url, perSecond: rate, random, stopping }), (started) => started.leave());
  const startedAt = Date.now();
  const playing = opening.adopt(
    play({ relay, planned: scheduleOf(options), faults, startedAt, durationMs, print, stopping }),
    async (played) => {
      // What a fault waits for may never come, but for its process being ended for good.
      await Promise.all(relay.parts.map((part) => part.dispose()));
      await Promise.allSettled([played]);
    },
  );
  const happened = await playing;
  await pause(tailMs, undefined, { signal: stopping });
  const posts = await vendor.stop();
  stopping.throwIfAborted();

  print(`${posts.length} posts made; waiting for what is on its way`);
  const least = Object.entries(leastOf(posts, subscribers));
  const look = async () => {
    const counts = await receivers.ask('counts', undefined);
    const left = await leftToDo(relay);
    const arrived = least.every(([name, count]) => (counts[name] ?? 0) >= count);
    return { done: arrived && left === 0, state: JSON.stringify([counts, left]) };
  };
  const settledMs = await untilQuiet({ look, lastLookMs, stopping });
  const arrivals = await receivers.ask('arrivals', undefined);
  const left = await leftToDo(relay);
  const report = await reportOf({ options, relay, posts, arrivals, happened, startedAt, settledMs, left });
  stopping.throwIfAborted();
  return report;
}

/** Deliveries and messages in spools; NaN while a process does not say. */
async function leftToDo({ ingests, workers }: WholeRelay): Promise<number> {
  const [spooled, owed] = await Promise.all([sumOver(ingests, ['relay_spool_messages']), sumOver(workers, unfinished)]);
  return spooled + owed;
}

const unfinished = ['relay_waiting_messages', 'relay_pending_deliveries', 'relay_open_deliveries'];
