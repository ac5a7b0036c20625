/** A moment of a run, from ms since its start: `t+012.3`. */
export function moment(ms: number): string {
  return `t+${(ms / 1000).toFixed(1).padStart(5, '0')}`;
}
