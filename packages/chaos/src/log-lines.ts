const windowMs = 90_000;
/** One of each message, attempt or refused request. */
const perMessage = ['message.received', 'message.refused', 'delivery.attempted'];
/** Of processes that are started and stopped on purpose. */
const perLife = [
  'configuration.applied',
  'configuration.warning',
  ...['ingest', 'worker'].flatMap((service) => [`${service}.started`, `${service}.stopping`, `${service}.stopped`]),
];
const expected = new Set<unknown>([...perMessage, ...perLife]);

export interface LogLines {
  /** The most that came within 90 s. */
  readonly most: number;
  /** All of them by what they say. */
  readonly by: Readonly<Record<string, number>>;
}

/** What a process says beside the lines of single messages, and of its own start and end. */
export function logLinesOf(logs: readonly Readonly<Record<string, unknown>>[]): LogLines {
  const lines = logs.filter(({ msg }) => !expected.has(msg));
  const by = [...Map.groupBy(lines, ({ msg }) => String(msg))].map(([msg, each]) => [msg, each.length] as const);
  return { most: mostWithin(lines.map(({ time }) => Date.parse(String(time)))), by: Object.fromEntries(by) };
}

function mostWithin(times: readonly number[]): number {
  const sorted = times.toSorted((one, other) => one - other);
  let most = 0;
  let first = 0;
  sorted.forEach((time, index) => {
    while (time - (sorted[first] ?? 0) > windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return most;
}
