import type { Random } from '@relay/simulators';

/** One of them; there has to be one. */
export function chosen<Item>(items: readonly Item[], random: Random): Item {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new Error('There is nothing to choose from');
  return item;
}
