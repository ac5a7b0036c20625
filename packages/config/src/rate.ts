import type { Rate } from '@relay/core';

const unitsMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
type Unit = keyof typeof unitsMs;

export const ratePattern = /^(?<count>\d{1,6})\/(?<unit>s|m|h)$/;

/** `50/s 600/m 1000/h`, or undefined for a text that is no rate. */
export function parseRate(text: string): Rate | undefined {
  const { count, unit } = ratePattern.exec(text)?.groups ?? {};
  return unit === undefined ? undefined : { count: Number(count), perMs: unitsMs[unit as Unit] };
}

/** As it was written: `50/s`. */
export function formatRate({ count, perMs }: Rate): string {
  const unit = Object.entries(unitsMs).find(([, ms]) => ms === perMs)?.[0];
  return `${count}/${unit ?? `${perMs}ms`}`;
}
