import { createPresence } from '@relay/journal';
import { fingerprintsOf, planLogs, readFingerprints } from '@relay/routing';
import { openConfiguration } from './configuration.ts';
import { exitCodes, Failure } from './failure.ts';
import { withJournal } from './journal.ts';
import type { Place } from './place.ts';
import { changesOf, settingChanges } from './plan-changes.ts';
import { cursorChanges, loses } from './plan-cursors.ts';
import { describePlan, type Plan, planAsJson } from './plan-words.ts';

export interface PlanOptions {
  readonly place: Place;
  readonly json?: boolean;
  /** Fail where messages would be discarded or stranded. */
  readonly exitCode?: boolean;
}

/** Says what a configuration would change if it were put into force: of what workers have applied, and in the logs. */
export async function plan(file: string | undefined, { place, json, exitCode }: PlanOptions): Promise<void> {
  const configuration = await openConfiguration(place, file);
  const found = await withJournal({ place, config: file, configuration }, async (journal, redis): Promise<Plan> => {
    const presence = createPresence({ redis, journal });
    const { salt, texts } = await presence.inForce();
    const before = readFingerprints(texts ?? new Map<string, string>());
    const after = readFingerprints(fingerprintsOf(configuration, salt));
    const standings = await Promise.all(
      (await journal.endpoints()).sort().map((endpoint) => presence.cursors(endpoint)),
    );
    return {
      isFirst: texts === undefined,
      settings: settingChanges(before, after),
      endpoints: changesOf('endpoint', before, after),
      subscribers: changesOf('subscriber', before, after),
      cursors: cursorChanges(planLogs(configuration), standings),
    };
  });
  console.log(json ? JSON.stringify(planAsJson(found)) : describePlan(found, configuration.retentionMs));
  if (exitCode && loses(found.cursors))
    throw new Failure('Messages would not get to somebody who is to get them now.', exitCodes.failed);
}
