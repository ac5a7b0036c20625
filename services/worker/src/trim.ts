import type { Journal, Trimmed } from '@relay/journal';
import type { DampedLog } from '@relay/metrics';
import type { Logger } from 'pino';
import type { Lane } from './lane.ts';
import type { Rounds } from './rounds.ts';

export interface TrimDeps {
  readonly lanes: () => ReadonlyMap<string, Lane>;
  readonly journal: Pick<Journal, 'endpoints' | 'trim'>;
  readonly rounds: Rounds;
  readonly log: Logger;
  readonly damped: Pick<DampedLog, 'warn'>;
}

const clockAheadMs = 60_000;

/** Takes out of every log what nobody needs any more, also of endpoints that no configuration names. */
export function createTrim({ lanes, journal, rounds, log, damped }: TrimDeps) {
  async function trimOne(endpoint: string): Promise<void> {
    const subscribers = [...lanes().values()].filter(({ subscriber }) => subscriber.endpoints.includes(endpoint));
    const names = subscribers.map(({ subscriber }) => subscriber.name);
    const sum = { trimmed: 0, putAside: 0, discarded: 0 };
    let last: Trimmed;
    do {
      last = await journal.trim(endpoint, names);
      sum.trimmed += last.trimmed;
      sum.putAside += last.putAside;
      sum.discarded += last.discarded;
    } while (last.unfinished && !rounds.stopped());
    if (sum.trimmed > 0 || sum.discarded > 0) log.info({ endpoint, ...sum }, 'log.trimmed');
    const { aheadMs } = last;
    if (aheadMs > clockAheadMs) damped.warn({ endpoint, aheadMs }, 'log.ahead');
  }

  return async (): Promise<void> => rounds.inTurn(await journal.endpoints(), trimOne);
}
