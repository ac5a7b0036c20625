/** Those of `names` that names and globs mean, in their own order; `*` is any text and `?` any one character. */
export function resolveGlobs(entries: readonly string[], names: readonly string[]): readonly string[] {
  const matchers = entries.map(matcher);
  return names.filter((name) => matchers.some((matches) => matches(name)));
}

export function isGlob(entry: string): boolean {
  return /[*?]/.test(entry);
}

function matcher(entry: string): (name: string) => boolean {
  if (!isGlob(entry)) return (name) => name === entry;
  const pattern = entry
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  const whole = new RegExp(`^${pattern}$`, 's');
  return (name) => whole.test(name);
}
