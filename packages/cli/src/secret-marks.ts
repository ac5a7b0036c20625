import type { Verify } from '@relay/core';

const secretMark = '<secret>';

/** A URL of an endpoint with a mark in place of each secret that belongs into it. */
export function withSecretMarks(url: string, { path, query }: Pick<Verify, 'path' | 'query'>): string {
  const below = path ? `/${secretMark}` : '';
  return url + below + (query ? `?${encodeURIComponent(query.name)}=${secretMark}` : '');
}
