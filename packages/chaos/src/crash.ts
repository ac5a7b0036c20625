import { setTimeout as pause } from 'node:timers/promises';
import { createRandom, type Random } from '@relay/simulators';
import { startReceiver } from '@relay/testkit';
import { untilArrived } from './account.ts';
import { carrier } from './carrier.ts';
import { type Killed, killIngest, unacknowledged } from './kill-ingest.ts';
import type { Service } from './part.ts';
import { startSteadyLoad } from './steady-load.ts';
import { startWholeRelay, type WholeRelay } from './whole-relay.ts';

export interface CrashOptions {
  /** Who is killed. */
  readonly what: Service;
  /** Whether Redis is there meanwhile. It always is in the end. */
  readonly redis: 'up' | 'away';
  readonly times: number;
  readonly seed: number;
}

export interface CrashReport extends Pick<CrashOptions, 'what' | 'redis'> {
  readonly kills: number;
  readonly posts: number;
  readonly acknowledged: number;
  /** Not answered 2xx, and no kill is to blame. */
  readonly refused: number;
  /** Under way in the moment of a kill, and never answered. */
  readonly cutOff: number;
  readonly lost: number;
  readonly repeated: number;
  readonly doubled: number;
  readonly strange: number;
  /** Messages in spools in the end; NaN when an ingest does not say. */
  readonly spooled: number;
  /** How processes ended that nobody had killed. */
  readonly ownEnds: readonly string[];
}

export interface CrashDeps {
  readonly print: (line: string) => void;
  /** Ends whatever is going on; then it rejects. */
  readonly stopping: AbortSignal;
}

const printEvery = 10;
const workerLoad = 50;
/** A subscriber that takes this long is in the middle of something when the worker dies. */
const answerAfterMs = 20;
const latestKillMs = 200;
const betweenWorkerKillsMs = 400;

/** Kills one process of the relay again and again with SIGKILL, and counts what became of what was acknowledged. */
export async function runCrash(options: CrashOptions, { print, stopping }: CrashDeps): Promise<CrashReport> {
  const { what, redis, times, seed } = options;
  await using opening = new AsyncDisposableStack();
  const receiver = opening.adopt(await startReceiver(() => pause(answerAfterMs, { status: 200 })), (started) =>
    started.close(),
  );
  const relay = opening.use(
    await startWholeRelay({
      endpoints: [carrier],
      subscribers: [{ name: 'subscriber', url: receiver.url, receives: ['*'] }],
      stopping,
    }),
  );
  if (redis === 'away') await relay.redis.kill();

  let kills = 0;
  const go = () => {
    if (kills > 0 && kills % printEvery === 0) print(`${what} killed ${kills} times, Redis ${redis}`);
    stopping.throwIfAborted();
    if (kills === times) return false;
    kills += 1;
    return true;
  };
  const random = createRandom(seed);
  const killed =
    what === 'ingest' ? await killTheIngest(relay, redis, go, random) : await killWorker(relay, go, random);
  if (redis === 'away') await relay.redis.restart();
  const { lost, ...account } = await untilArrived({
    posts: killed.posts,
    receivers: [receiver],
    ingests: relay.ingests,
    stopping,
  });
  return {
    what,
    redis,
    kills,
    posts: killed.posts.length,
    ...unacknowledged(killed),
    lost: lost.length,
    ...account,
    ownEnds: relay.parts.flatMap(({ ownEnds }) => ownEnds),
  };
}

async function killTheIngest(
  { ingests: [ingest] }: WholeRelay,
  redis: CrashOptions['redis'],
  go: () => boolean,
  random: Random,
): Promise<Killed> {
  if (ingest === undefined) throw new Error('There is no ingest');
  const untilBack = () =>
    redis === 'up' ? ingest.untilReady() : ingest.until('spools callbacks', ({ keeps }) => keeps === 'in the spool');
  return killIngest({ ingest, untilBack, go, atAnyMoment: () => pause(random.fraction() * latestKillMs) });
}

async function killWorker(
  { front, workers: [worker] }: WholeRelay,
  go: () => boolean,
  random: Random,
): Promise<Killed> {
  if (worker === undefined) throw new Error('There is no worker');
  await using opening = new AsyncDisposableStack();
  const load = opening.adopt(startSteadyLoad({ port: front.port, perSecond: workerLoad }), (started) => started.stop());
  while (go()) {
    await pause(random.fraction() * betweenWorkerKillsMs);
    await worker.kill();
    await worker.start();
    await worker.untilReady();
  }
  await load.stop();
  return { posts: load.posts, underWay: new Set() };
}
