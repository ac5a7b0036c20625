/** Made-up values that are the same for the same seed. */
export interface Random {
  /** In [0, 1). */
  fraction(): number;
  /** Whole, from 0 to one less than the limit. */
  below(limit: number): number;
  happens(share: number): boolean;
  digits(count: number): string;
  uuid(): string;
  pick<Item>(from: readonly [Item, ...Item[]]): Item;
  shuffled<Item>(items: readonly Item[]): Item[];
  /** One of its own, for what happens in no fixed order: its draws change nothing here. */
  fork(): Random;
}

/** From any number as seed; sfc32, which passes the statistical tests that the shorter ones fail. */
export function createRandom(seed: number): Random {
  const next = sfc32(seed);
  const fraction = () => next() / 2 ** 32;
  const below = (limit: number) => Math.floor(fraction() * limit);
  const hex = () => next().toString(16).padStart(8, '0');
  return {
    fraction,
    below,
    happens: (share) => fraction() < share,
    digits: (count) => Array.from({ length: count }, () => below(10)).join(''),
    uuid: () => {
      const [a, b, c, d] = [hex(), hex(), hex(), hex()];
      return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(1, 4)}-${c.slice(4)}${d}`;
    },
    pick: (from) => from[below(from.length)] ?? from[0],
    shuffled: (items) => {
      const keyed = items.map((item) => ({ item, key: next() }));
      return keyed.sort((one, other) => one.key - other.key).map(({ item }) => item);
    },
    fork: () => createRandom(next()),
  };
}

/** The first numbers of seeds that are close to each other are alike, so they are left out. */
const warmUp = 12;

function sfc32(seed: number): () => number {
  let [a, b, c, counter] = [seed | 0, Math.floor(seed / 2 ** 32) | 0, 0x9e3779b9 | 0, 1];
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let count = 0; count < warmUp; count += 1) next();
  return next;
}
