/** Longer texts are no names, and facts are kept beside the body of every message. */
export const maxNameLength = 256;

export function nameFrom(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= maxNameLength ? value : undefined;
}
