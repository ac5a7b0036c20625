import type { Path } from './mistake.ts';

/** Rules within rules go deepest, and nobody reads more of them. */
const mostLevels = 50;
/** Of the way to what lies too deep: the rest of it would fill the screen. */
const shownSteps = 4;

/** Where values are nested deeper than anything here has to be, without end in a list that holds itself; undefined where they are not. */
export function tooDeep(values: unknown, path: Path = []): Path | undefined {
  if (typeof values !== 'object' || values === null) return undefined;
  if (path.length === mostLevels) return path.slice(0, shownSteps);
  const entries = Array.isArray(values) ? values.entries() : Object.entries(values);
  for (const [step, value] of entries) {
    const found = tooDeep(value, [...path, step]);
    if (found !== undefined) return found;
  }
  return undefined;
}
