import type { Subscriber } from '@relay/core';
import { createHolds } from '@relay/holds';
import { eventually } from '@relay/testkit';
import type { Station } from './station.ts';

export const rhythm = { roundMs: 20, overdueMs: 100 };
export const breaker = { failures: 3, probeMs: [20] };
/** No retry comes in the way of what is looked at. */
export const retriedLater: Subscriber['retry'] = {
  scheduleMs: [3_600_000],
  maxAgeMs: 86_400_000,
  jitter: 0,
  giveUpOn: [[410, 410]],
};

/** What a person sees and does, with relay subscribers. */
export function person({ client }: Station, clock: () => number = Date.now) {
  const holds = createHolds({ redis: client, clock });
  return {
    ...holds,
    async stateNow() {
      await holds.follow(['billing']);
      return holds.stateOf('billing');
    },
    pause: () => holds.hold('billing', { reason: 'paused', why: 'by hand' }),
  };
}

/** Until billing is on hold for this reason. */
export async function held(station: Station, reason: string) {
  const { stateNow } = person(station);
  return eventually(`billing is held: ${reason}`, async () => {
    const { hold } = await stateNow();
    return hold?.reason === reason ? hold : undefined;
  });
}

export async function runs(station: Station) {
  const { stateNow } = person(station);
  await eventually('billing runs', async () => (await stateNow()).hold === undefined);
}
