import { setTimeout as pause } from 'node:timers/promises';
import { percentile, startReceiver } from '@relay/testkit';
import { untilArrived } from './account.ts';
import { carrier } from './carrier.ts';
import type { CrashDeps } from './crash.ts';
import { logLinesOf } from './log-lines.ts';
import { isAcknowledged, type Post } from './post.ts';
import { startSteadyLoad } from './steady-load.ts';
import { startWholeRelay } from './whole-relay.ts';

export interface OutageOptions {
  /** How long Redis is away, in seconds. */
  readonly seconds: number;
  /** Posts per second. */
  readonly rate: number;
}

/** Times are milliseconds; NaN where there was nothing to measure. */
export interface OutageReport extends OutageOptions {
  readonly posts: number;
  readonly acknowledged: number;
  readonly ackMs: { readonly p50: number; readonly p99: number; readonly p999: number };
  /** Over both subscribers. */
  readonly delivered: number;
  readonly lost: number;
  readonly repeated: number;
  readonly doubled: number;
  readonly strange: number;
  /** Messages in spools in the end; NaN when an ingest does not say. */
  readonly spooled: number;
  /** Between Redis's return and a first delivery. */
  readonly firstAfterMs: number;
  /** Between Redis's return and the delivery of the last that was acknowledged while it was away. */
  readonly lastSpooledAfterMs: number;
  /** By process: lines about the outage. */
  readonly lines: Readonly<Record<string, number>>;
  readonly ownEnds: readonly string[];
}

const subscriberCount = 2;
const beforeMs = 5_000;
const afterMs = 10_000;

/** Takes Redis away from a relay under load, gives it back, and tells how that went. */
export async function runOutage(
  { seconds, rate }: OutageOptions,
  { print, stopping }: CrashDeps,
): Promise<OutageReport> {
  await using opening = new AsyncDisposableStack();
  const receivers = [];
  for (let count = 0; count < subscriberCount; count += 1) {
    receivers.push(opening.adopt(await startReceiver(), (receiver) => receiver.close()));
  }
  const relay = opening.use(
    await startWholeRelay({
      endpoints: [carrier],
      subscribers: receivers.map(({ url }, index) => ({ name: `subscriber-${index + 1}`, url, receives: ['*'] })),
      stopping,
    }),
  );
  const load = opening.adopt(startSteadyLoad({ port: relay.front.port, perSecond: rate }), (started) => started.stop());
  const during = (ms: number) => pause(ms, undefined, { signal: stopping });
  await during(beforeMs);
  print('Redis is killed');
  const awayAt = Date.now();
  await relay.redis.kill();
  await during(seconds * 1000);
  await relay.redis.restart();
  const backAt = Date.now();
  print('Redis is back');
  await during(afterMs);
  await load.stop();

  const { posts } = load;
  const account = await untilArrived({ posts, receivers, ingests: relay.ingests, stopping });
  const { acknowledged, lost, repeated, doubled, strange, spooled } = account;
  const arrivals = receivers.flatMap(({ received }) => received);
  const whileAway = new Set(posts.filter(endedWithin(awayAt, backAt)).map(({ body }) => body));
  const after = arrivals.filter(({ at }) => at >= backAt);
  const acks = posts.map((post) => post.ackMs);
  return {
    seconds,
    rate,
    posts: posts.length,
    acknowledged,
    ackMs: { p50: percentile(acks, 50), p99: percentile(acks, 99), p999: percentile(acks, 99.9) },
    delivered: arrivals.length - repeated - doubled - strange,
    lost: lost.length,
    repeated,
    doubled,
    strange,
    spooled,
    firstAfterMs: after.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY) - backAt,
    lastSpooledAfterMs:
      after.reduce((last, { at, body }) => (whileAway.has(body.toString()) ? Math.max(last, at) : last), backAt) -
      backAt,
    lines: Object.fromEntries(relay.parts.map((part) => [part.name, logLinesOf(part.logs()).most])),
    ownEnds: relay.parts.flatMap(({ ownEnds }) => ownEnds),
  };
}

function endedWithin(from: number, to: number): (post: Post) => boolean {
  return (post) => isAcknowledged(post) && post.at + post.ackMs > from && post.at + post.ackMs < to;
}
