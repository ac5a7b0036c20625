/** What is to be replayed. */
export interface ReplayPlan {
  readonly endpoint: string;
  readonly subscriber: string;
  /** Kept from then on, and before, in epoch ms by the clock of Redis. Without an end: until now. */
  readonly sinceMs: number;
  readonly untilMs?: number;
  /** A rule beside those of the subscriber, as it was given. */
  readonly where?: string;
  /** At most so many a second; without it as fast as the subscriber takes them. */
  readonly ratePerSecond?: number;
}

/** A replay that has begun. */
export interface Course extends Omit<ReplayPlan, 'sinceMs' | 'untilMs'> {
  readonly id: string;
  /** Behind which place in the log it goes on, and the last place that it comes to. */
  readonly at: string;
  readonly to: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly counts: ReplayCounts;
}

/** looked = unwanted + anyway + gone + replayed. */
export interface ReplayCounts {
  readonly looked: number;
  /** By the subscriber's own rules, or by the replay's. */
  readonly unwanted: number;
  /** Waiting, pending or open: they come without a replay. */
  readonly anyway: number;
  /** Trimmed meanwhile. */
  readonly gone: number;
  readonly replayed: number;
}

export function courseFields({ subscriber, where, ratePerSecond, at, to, startedAt, counts }: Course) {
  return {
    subscriber,
    at,
    to,
    startedAt,
    ...(where !== undefined && { where }),
    ...(ratePerSecond !== undefined && { ratePerSecond }),
    ...counts,
  };
}

/** Undefined when nothing is left of it. */
export function decodeCourse(
  endpoint: string,
  id: string,
  { subscriber, where, ratePerSecond, at, to, startedAt, endedAt, ...counts }: Readonly<Record<string, string>>,
): Course | undefined {
  if (subscriber === undefined || at === undefined || to === undefined) return undefined;
  const count = (name: keyof ReplayCounts) => Number(counts[name] ?? 0);
  return {
    id,
    endpoint,
    subscriber,
    ...(where !== undefined && { where }),
    ...(ratePerSecond !== undefined && { ratePerSecond: Number(ratePerSecond) }),
    at,
    to,
    startedAt: Number(startedAt),
    ...(endedAt !== undefined && { endedAt: Number(endedAt) }),
    counts: {
      looked: count('looked'),
      unwanted: count('unwanted'),
      anyway: count('anyway'),
      gone: count('gone'),
      replayed: count('replayed'),
    },
  };
}
