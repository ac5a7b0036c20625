import type { Endpoint, LogPlan, Subscriber } from '@relay/core';

type CursorReader = Pick<Subscriber, 'name' | 'endpoints' | 'from'> & Partial<Pick<Subscriber, 'resume'>>;

/** One log for every endpoint, also where nobody receives it, with a cursor for each of its subscribers. */
export function planLogs(configuration: {
  readonly endpoints: readonly Pick<Endpoint, 'name' | 'dedupMs'>[];
  readonly subscribers: readonly CursorReader[];
}): LogPlan[] {
  const cursors = new Map(configuration.endpoints.map(({ name }) => [name, [] as LogPlan['cursors'][number][]]));
  for (const { name: subscriber, endpoints, from, resume } of configuration.subscribers) {
    for (const endpoint of new Set(endpoints))
      cursors.get(endpoint)?.push({ subscriber, from, ...(resume && { resume }) });
  }
  return configuration.endpoints.map(({ name, dedupMs }) => ({
    endpoint: name,
    dedupMs,
    cursors: cursors.get(name) ?? [],
  }));
}
