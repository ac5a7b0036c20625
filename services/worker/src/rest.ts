/** After so many deliveries in a row that could not be settled, an endpoint is left alone: one of them may have its own trouble. */
const mostFailures = 3;
/** For so long, in ms. What is read after that goes out once more if it still cannot be settled. */
const restMs = 15_000;

/** Which endpoints of a subscriber rest, since their keys are broken: they would cost the others its places. */
export interface Rest {
  rests(endpoint: string): boolean;
  /** A delivery was left, since its log is broken. */
  failed(endpoint: string): void;
  settled(endpoint: string): void;
}

/** By the process's own clock, which is never set back: ms. */
export function createRest(clock: () => number): Rest {
  const failures = new Map<string, { readonly count: number; readonly at: number }>();
  return {
    rests(endpoint) {
      const { count = 0, at = 0 } = failures.get(endpoint) ?? {};
      return count >= mostFailures && clock() - at < restMs;
    },
    failed(endpoint) {
      failures.set(endpoint, { count: (failures.get(endpoint)?.count ?? 0) + 1, at: clock() });
    },
    settled: (endpoint) => void failures.delete(endpoint),
  };
}
