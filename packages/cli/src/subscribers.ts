import { type Standing, standingOf } from '@relay/core';
import { createHolds, type HoldState, type Holds } from '@relay/holds';
import { openConfigurationToLook } from './configuration.ts';
import { describeHold, holdAsJson, left } from './hold-words.ts';
import { withJournal } from './journal.ts';
import { insistOnKnown, type KnownSubscribers, knownSubscribers } from './known-subscribers.ts';
import type { Place } from './place.ts';
import { table } from './table.ts';
import { formatDuration } from './time.ts';

export interface SubscribersOptions {
  readonly place: Place;
  readonly config: string | undefined;
  readonly json?: boolean;
}

export interface PauseOptions extends SubscribersOptions {
  readonly why: string;
}

interface Subscriber {
  readonly name: string;
  readonly isConfigured: boolean;
  readonly state: HoldState;
  readonly standing: Standing;
}

/** Says of each subscriber whether it runs, since when it does not, and why. */
export async function listSubscribers({ json, ...where }: SubscribersOptions): Promise<void> {
  const found = await withHolds(where, async (holds, { names, ledgers }, configured) =>
    names.map((name) => ({
      name,
      isConfigured: configured.includes(name),
      state: holds.stateOf(name),
      standing: standingOf(
        name,
        ledgers.filter(({ subscriber }) => subscriber === name),
      ),
    })),
  );
  console.log(json ? JSON.stringify(found.map(asJson)) : describe(found, Date.now()));
}

/** Puts them on hold, whether a worker runs or not; one that does follows at once. */
export async function pauseSubscribers(
  wanted: readonly string[],
  { why, json, ...where }: PauseOptions,
): Promise<void> {
  await changeHolds(
    wanted,
    { ...where, json: json ?? false },
    {
      act: (holds, name) => holds.hold(name, { reason: 'paused', why }),
      done: (name) => `${name} is on hold. relay subscribers resume ${name} lets it run again.`,
      already: (name) => `${name} was paused before; nothing has changed.`,
    },
  );
}

/** Ends every hold of theirs, whatever it was for. */
export async function resumeSubscribers(
  wanted: readonly string[],
  { json, ...where }: SubscribersOptions,
): Promise<void> {
  await changeHolds(
    wanted,
    { ...where, json: json ?? false },
    {
      act: (holds, name) => holds.resume(name),
      done: (name) => `${name} runs again.`,
      already: (name) => `${name} was not on hold.`,
    },
  );
}

interface Change {
  /** Answers whether it changed anything. */
  readonly act: (holds: Holds, name: string) => Promise<boolean>;
  readonly done: (name: string) => string;
  readonly already: (name: string) => string;
}

async function changeHolds(
  wanted: readonly string[],
  { json, ...where }: SubscribersOptions,
  { act, done, already }: Change,
): Promise<void> {
  const changes = await withHolds(where, async (holds, known) => {
    insistOnKnown(wanted, known);
    const made = [];
    for (const name of new Set(wanted)) {
      made.push({ subscriber: name, changed: await act(holds, name), hold: holdAsJson(holds.stateOf(name)) });
    }
    return made;
  });
  if (json) console.log(JSON.stringify(changes));
  else for (const { subscriber, changed } of changes) console.log((changed ? done : already)(subscriber));
}

async function withHolds<T>(
  { place, config }: Omit<SubscribersOptions, 'json'>,
  use: (holds: Holds, known: KnownSubscribers, configured: readonly string[]) => Promise<T>,
): Promise<T> {
  const configuration = await openConfigurationToLook(place, config);
  return withJournal({ place, config, configuration }, async (journal, redis) => {
    const known = await knownSubscribers(configuration, journal);
    const holds = createHolds({ redis });
    await holds.follow(known.names);
    return use(
      holds,
      known,
      configuration.subscribers.map(({ name }) => name),
    );
  });
}

function asJson({ name, isConfigured, state, standing }: Subscriber): object {
  const { waiting, pending, open } = standing;
  return { subscriber: name, configured: isConfigured, hold: holdAsJson(state), waiting, pending, open };
}

function describe(subscribers: readonly Subscriber[], now: number): string {
  if (subscribers.length === 0) return 'There are no subscribers.';
  const rows = subscribers.map(({ name, isConfigured, state, standing }) => [
    isConfigured ? name : `${name} (not configured)`,
    describeHold(state, now, isConfigured ? 'runs' : left),
    state.hold?.why ?? '',
    nextProbe(state, now),
    ...[standing.waiting, standing.pending, standing.open].map(String),
  ]);
  const numbers = ['waiting', 'pending', 'open'];
  return table(['subscriber', 'state', 'why', 'next probe', ...numbers], rows, numbers);
}

function nextProbe({ hold, nextProbeAt }: HoldState, now: number): string {
  if (hold === undefined || nextProbeAt === undefined) return '';
  return nextProbeAt <= now ? 'with the next message' : `in ${formatDuration(nextProbeAt - now)}`;
}
