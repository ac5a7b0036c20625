import { sum } from '@relay/testkit';
import type { Part } from './part.ts';

/** What these metrics of these processes come to together, over all labels; NaN when one of them does not say. */
export async function sumOver(parts: readonly Pick<Part, 'metrics'>[], metrics: readonly string[]): Promise<number> {
  const pages = await Promise.all(parts.map((part) => part.metrics().catch(() => '')));
  return sum(pages.flatMap((page) => metrics.map((metric) => sumOf(page, metric))));
}

function sumOf(page: string, metric: string): number {
  const samples = [...page.matchAll(new RegExp(`^${metric}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))];
  return samples.length === 0 ? Number.NaN : sum(samples.map(([, value]) => Number(value)));
}
