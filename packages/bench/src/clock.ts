/** Monotonic ms on a clock that all processes of this machine share, so that one can send and another see it arrive. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
