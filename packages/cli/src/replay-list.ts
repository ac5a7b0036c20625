import type { Course } from '@relay/journal';
import { courseAsJson } from './replay-progress.ts';
import { table } from './table.ts';
import { formatInstant } from './time.ts';

export function listOf(courses: readonly Course[], json: boolean): string {
  if (json) return JSON.stringify(courses.map(courseAsJson));
  if (courses.length === 0) return 'There are no replays.';
  const rows = courses.map(({ id, endpoint, subscriber, startedAt, endedAt, counts }) => [
    id,
    endpoint,
    subscriber,
    formatInstant(startedAt),
    endedAt === undefined ? 'not at its end' : `ended ${formatInstant(endedAt)}`,
    String(counts.looked),
    String(counts.replayed),
  ]);
  const numbers = ['looked at', 'replayed'];
  return table(['replay', 'endpoint', 'subscriber', 'began', 'is', ...numbers], rows, numbers);
}
