import type { StatusRange } from '@relay/core';

/** Everything that is neither good news nor an answer still to come. */
export const lowestStatus = 300;
export const highestStatus = 599;
/** A status, or all of a kind: `503`, `5xx`. */
export const statusPattern = /^[345](?:\d\d|xx|XX)$/;

/** What fits the pattern, as from and to. */
export function statusRange(written: number | string): StatusRange {
  const text = String(written).toLowerCase();
  const from = Number(text.replace('xx', '00'));
  return [from, text.endsWith('xx') ? from + 99 : from];
}

export function formatStatus([from, to]: StatusRange): string {
  return from === to ? String(from) : `${from / 100}xx`;
}

/** Whether every status of the one is one of the other. */
export function isWithin(inner: StatusRange, outer: StatusRange): boolean {
  return outer[0] <= inner[0] && inner[1] <= outer[1];
}
