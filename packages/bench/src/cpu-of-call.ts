/** What nobody could look at, the compiler might leave out. */
const results: unknown[] = [];

/** CPU µs of one call, with the compiler's and the garbage collector's: others on the machine count for little. */
export function cpuUsOf(call: () => unknown, { leastMs, callsAtOnce }: CallOptions): number {
  const before = process.cpuUsage();
  for (let calls = 0; ; ) {
    for (const end = calls + callsAtOnce; calls < end; calls += 1) results[0] = call();
    const { user, system } = process.cpuUsage(before);
    if (user + system >= leastMs * 1000) return (user + system) / calls;
  }
}

export interface CallOptions {
  readonly leastMs: number;
  /** Between two looks at the clock, which cost about a microsecond each. */
  readonly callsAtOnce: number;
}
