/** The sum of a metric over its labels, on a page of /metrics; 0 where it is not there. */
export function sumOf(page: string, metric: string): number {
  const samples = page.matchAll(new RegExp(`^${metric}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'));
  return [...samples].reduce((sum, [, value]) => sum + Number(value), 0);
}
