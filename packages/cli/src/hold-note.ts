import { createHolds } from '@relay/holds';
import type { RedisConnection } from '@relay/journal';
import { describeHold } from './hold-words.ts';

/** Who of these is sent nothing for now, a sentence each: what is opened for them waits. */
export async function holdNotes(redis: RedisConnection, names: Iterable<string>): Promise<readonly string[]> {
  const subscribers = [...new Set(names)];
  const holds = createHolds({ redis });
  await holds.follow(subscribers);
  const now = Date.now();
  return subscribers.flatMap((name) => {
    const { hold } = holds.stateOf(name);
    if (hold === undefined || hold.reason === 'crowded') return [];
    return [`${name} is on hold (${describeHold({ hold }, now)}): what is replayed waits until it runs again.`];
  });
}
