/** The last place in a log that lies before an instant (epoch ms, by the clock of Redis). */
export function lastBefore(ms: number): string {
  return ms <= 0 ? '0-0' : `${Math.ceil(ms) - 1}-18446744073709551615`;
}
