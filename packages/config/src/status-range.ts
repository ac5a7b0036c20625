import type { StatusRange } from '@relay/core';

/** Everything that is neither good news nor an answer still to come. */
const lowest = 300;
const highest = 599;

/** `503` or `5xx` as from and to, or undefined for what is neither, or no refusal. */
export function parseStatus(written: number | string): StatusRange | undefined {
  const classDigit = /^([345])xx$/i.exec(String(written))?.[1];
  if (classDigit !== undefined) return [Number(classDigit) * 100, Number(classDigit) * 100 + 99];
  const status = Number(/^\d{3}$/.test(String(written)) ? written : Number.NaN);
  return status >= lowest && status <= highest ? [status, status] : undefined;
}

export function formatStatus([from, to]: StatusRange): string {
  return from === to ? String(from) : `${from / 100}xx`;
}

/** Whether every status of the one is one of the other. */
export function isWithin(inner: StatusRange, outer: StatusRange): boolean {
  return outer[0] <= inner[0] && inner[1] <= outer[1];
}
