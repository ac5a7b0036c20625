import type { Journal, Memory, Trimmed } from '@relay/journal';
import type { DampedLog, WorkerMetrics } from '@relay/metrics';
import type { Logger } from 'pino';
import type { Lane } from './lane.ts';
import type { Rounds } from './rounds.ts';

export interface TrimDeps {
  readonly lanes: () => ReadonlyMap<string, Lane>;
  readonly journal: Pick<Journal, 'endpoints' | 'memory' | 'trim'>;
  readonly metrics: Pick<WorkerMetrics, 'redisMemory'>;
  readonly rounds: Rounds;
  readonly log: Logger;
  readonly damped: Pick<DampedLog, 'info' | 'warn'>;
}

type Trimming = Pick<Trimmed, 'trimmed' | 'putAside' | 'discarded'> & {
  readonly endpoint: string;
};

/** Rounds between two trims where there is room. */
const trimEveryRounds = 10;
const clockAheadMs = 60_000;
const nearlyFull = 'Redis is nearly full: what everybody has read is trimmed, whatever its age';

/**
 * Takes out of every log what nobody needs any more, also of endpoints that no configuration names. Where Redis is nearly
 * full that is done every round, and nothing is kept for its age alone.
 */
export function createTrim({ lanes, journal, metrics, rounds, log, damped }: TrimDeps) {
  let untilNext = 0;
  let pressed = false;

  async function trim(): Promise<void> {
    const [endpoints, memory] = await Promise.all([journal.endpoints(), journal.memory()]);
    metrics.redisMemory(memory.fullest);
    sayPressure(memory, endpoints.some(memory.isNearlyFull));
    const isDue = untilNext === 0;
    untilNext = isDue ? trimEveryRounds - 1 : untilNext - 1;
    await rounds.inTurn(isDue ? endpoints : endpoints.filter(memory.isNearlyFull), (endpoint) =>
      trimOne(endpoint, memory.isNearlyFull(endpoint)),
    );
  }

  function sayPressure({ fullest }: Memory, now: boolean): void {
    const part = Math.round(fullest * 100) / 100;
    if (now && !pressed) damped.warn({ part, reason: nearlyFull }, 'redis.nearly-full');
    if (pressed && !now) damped.info({ part }, 'redis.roomy');
    pressed = now;
  }

  async function trimOne(endpoint: string, underPressure: boolean): Promise<void> {
    const subscribers = [...lanes().values()].filter(({ subscriber }) => subscriber.endpoints.includes(endpoint));
    const names = subscribers.map(({ subscriber }) => subscriber.name);
    const sum = { trimmed: 0, putAside: 0, discarded: 0 };
    let last: Trimmed;
    do {
      last = await journal.trim(endpoint, names, { pressed: underPressure });
      sum.trimmed += last.trimmed;
      sum.putAside += last.putAside;
      sum.discarded += last.discarded;
    } while (last.unfinished && !rounds.stopped());
    sayTrimmed({ endpoint, ...sum }, underPressure);
    const { aheadMs } = last;
    if (aheadMs > clockAheadMs) damped.warn({ endpoint, aheadMs }, 'log.ahead');
  }

  /** What was discarded is always said. */
  function sayTrimmed(facts: Trimming, underPressure: boolean): void {
    if (facts.trimmed + facts.discarded === 0) return;
    if (underPressure && facts.discarded === 0) damped.info(facts, 'log.trimmed');
    else log.info(facts, 'log.trimmed');
  }

  return trim;
}
