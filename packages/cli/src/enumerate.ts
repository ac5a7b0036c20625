const mostNames = 3;

/** Names in a sentence: the first few, and how many more there are. */
export function enumerate(names: readonly string[]): string {
  if (names.length <= mostNames) return names.join(', ');
  return `${names.slice(0, mostNames).join(', ')} and ${names.length - mostNames} more`;
}

/** What else could have been meant, in a sentence. */
export function thereAre(names: readonly string[]): string {
  return names.length === 0 ? 'there are none at all' : `there are ${enumerate([...names].sort())}`;
}
