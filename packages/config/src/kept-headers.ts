import type { Endpoint, Subscriber, Where } from '@relay/core';

/** The endpoint with the names of those headers that some subscriber's rule asks for there. */
export function withKeptHeaders(endpoint: Endpoint, subscribers: readonly Pick<Subscriber, 'wheres'>[]): Endpoint {
  const wheres = subscribers.flatMap(({ wheres: all }) =>
    Object.hasOwn(all, endpoint.name) ? (all[endpoint.name] ?? []) : [],
  );
  const names = [...new Set(wheres.flatMap(headersIn))].toSorted();
  return names.length === 0 ? endpoint : { ...endpoint, keptHeaders: names };
}

function headersIn(where: Where): readonly string[] {
  if ('all' in where) return where.all.flatMap(headersIn);
  if ('any' in where) return where.any.flatMap(headersIn);
  if ('not' in where) return headersIn(where.not);
  return where.subject.kind === 'header' ? [where.subject.name] : [];
}
