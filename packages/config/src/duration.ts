const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof unitsMs;

export const durationPattern = /^(?<count>\d{1,12})(?<unit>ms|s|m|h|d)$/;

/** `500ms 15s 10m 24h 7d` in ms, or undefined for a text that is no duration. */
export function parseDuration(text: string): number | undefined {
  const { count, unit } = durationPattern.exec(text)?.groups ?? {};
  return unit === undefined ? undefined : Number(count) * unitsMs[unit as Unit];
}

/** The shortest exact way to write it: 90000 is `90s`, 3600000 is `1h`. */
export function formatDuration(ms: number): string {
  const units: readonly Unit[] = ['d', 'h', 'm', 's'];
  const unit = units.find((candidate) => ms > 0 && ms % unitsMs[candidate] === 0) ?? 'ms';
  return `${ms / unitsMs[unit]}${unit}`;
}
