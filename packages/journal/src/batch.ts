/** Carries out what it is given together with whatever else arrives while an earlier batch is on its way. */
export type Batched<Item, Answer> = (item: Item) => Promise<Answer>;

export interface BatchLimits<Item> {
  /** Under way at once. With two, Redis works on one while the next is being made; they keep their order on one connection. */
  readonly batches: number;
  readonly items: number;
  readonly bytes: number;
  readonly sizeOf: (item: Item) => number;
  /** What may be carried out together; each group has batches of its own, and none waits for another's. */
  readonly groupOf: (item: Item) => string;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * While few are under way a batch starts at once, so nothing waits for company; under load the batches grow by themselves
 * up to the limits. A batch that fails fails each of its items.
 */
export function createBatched<Item, Answer>(
  carryOut: (items: readonly Item[]) => Promise<readonly Answer[]>,
  limits: BatchLimits<Item>,
): Batched<Item, Answer> {
  const groups = new Map<string, Batched<Item, Answer>>();
  return (item) => {
    const name = limits.groupOf(item);
    const group = groups.get(name) ?? createGroup(carryOut, limits);
    groups.set(name, group);
    return group(item);
  };
}

function createGroup<Item, Answer>(
  carryOut: (items: readonly Item[]) => Promise<readonly Answer[]>,
  limits: BatchLimits<Item>,
): Batched<Item, Answer> {
  let waiting: Waiting<Item, Answer>[] = [];
  let underWay = 0;

  function take(): Waiting<Item, Answer>[] {
    let bytes = 0;
    let count = 0;
    while (count < waiting.length && count < limits.items) {
      const next = waiting[count];
      if (next === undefined) break;
      bytes += limits.sizeOf(next.item);
      if (count > 0 && bytes > limits.bytes) break;
      count += 1;
    }
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return taken;
  }

  async function run(): Promise<void> {
    underWay += 1;
    while (waiting.length > 0) {
      const batch = take();
      try {
        const answers = await carryOut(batch.map(({ item }) => item));
        batch.forEach(({ resolve }, i) => {
          resolve(answers[i] as Answer);
        });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    underWay -= 1;
  }

  return (item) =>
    new Promise<Answer>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (underWay < limits.batches) void run();
    });
}
