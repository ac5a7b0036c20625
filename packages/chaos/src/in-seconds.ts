/** From ms; as it stands in a sentence. */
export function inSeconds(ms: number): string {
  return Number.isFinite(ms) ? `${(ms / 1000).toFixed(1)} s` : 'for ever';
}
