/** Lets so many be under way at a time; others wait in line. */
export interface Slots {
  take(): Promise<void>;
  free(): void;
}

export function createSlots(count: number): Slots {
  const line: (() => void)[] = [];
  let left = count;
  return {
    take: () => {
      if (left === 0) return new Promise((resolve) => line.push(resolve));
      left -= 1;
      return Promise.resolve();
    },
    free: () => {
      const next = line.shift();
      if (next === undefined) left += 1;
      else next();
    },
  };
}
