import type { Journal, Presence } from '@relay/journal';
import type { Lane } from './lane.ts';
import type { Rounds } from './rounds.ts';

export interface PresenceRoundDeps {
  readonly lanes: () => ReadonlyMap<string, Lane>;
  readonly journal: Pick<Journal, 'endpoints'>;
  readonly presence: Pick<Presence, 'stamp'>;
  readonly rounds: Rounds;
  /** Writes down what is in force, where that has not been done yet. */
  readonly noteInForce: () => Promise<void>;
}

/** Rounds between two stamps: together less than a minute by far, after which a cursor that nobody names may count as gone. */
const stampEveryRounds = 3;

/** Says in Redis what this worker has in force: for cursors that it names, and those that it lacks, every few seconds. */
export function createPresenceRound({
  lanes,
  journal,
  presence,
  rounds,
  noteInForce,
}: PresenceRoundDeps): () => Promise<void> {
  let untilNext = 0;

  function namesByEndpoint(): ReadonlyMap<string, readonly string[]> {
    const names = new Map<string, string[]>();
    for (const { subscriber } of lanes().values()) {
      for (const endpoint of subscriber.endpoints) {
        const here = names.get(endpoint);
        if (here === undefined) names.set(endpoint, [subscriber.name]);
        else here.push(subscriber.name);
      }
    }
    return names;
  }

  return async () => {
    const isDue = untilNext === 0;
    untilNext = isDue ? stampEveryRounds - 1 : untilNext - 1;
    if (isDue) {
      const endpoints = await journal.endpoints();
      const names = namesByEndpoint();
      await rounds.each(endpoints, (endpoint) => presence.stamp(endpoint, names.get(endpoint) ?? []));
    }
    await noteInForce();
  };
}
