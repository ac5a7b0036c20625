/** A subscriber that comes back from a hold gets one delivery at a time, and twice as many after each round that went well. */
export interface Ramp {
  /** Begins with one place. */
  begin(): void;
  /** How many places it has now of so many that are its own. */
  placesOf(concurrency: number): number;
  /** An attempt has ended. One that failed begins its round anew. */
  attempted(delivered: boolean, concurrency: number): void;
}

export function createRamp(): Ramp {
  let places = Number.POSITIVE_INFINITY;
  /** Attempts that have to go well until there are more places. */
  let left = 0;

  return {
    begin() {
      places = 1;
      left = 1;
    },
    placesOf: (concurrency) => Math.min(places, concurrency),
    attempted(delivered, concurrency) {
      if (places >= concurrency) return;
      left = delivered ? left - 1 : places;
      if (left > 0) return;
      places *= 2;
      left = places;
    },
  };
}
