import type { Part } from './part.ts';

/** The sum of a metric over its labels, on a page of /metrics; NaN where it is not there. */
export function sumOf(page: string, metric: string): number {
  const samples = [...page.matchAll(new RegExp(`^${metric}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))];
  return samples.length === 0 ? Number.NaN : samples.reduce((sum, [, value]) => sum + Number(value), 0);
}

/** What these metrics of these processes come to together; NaN when one of them does not say. */
export async function sumOver(parts: readonly Pick<Part, 'metrics'>[], metrics: readonly string[]): Promise<number> {
  const pages = await Promise.all(parts.map((part) => part.metrics().catch(() => '')));
  return pages.reduce((sum, page) => sum + metrics.reduce((all, metric) => all + sumOf(page, metric), 0), 0);
}
