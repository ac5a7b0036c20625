import type { Verify } from '@relay/core';

/** In place of what stands in a URL to keep strangers out. */
export const secretMark = '<secret>';

/** A URL of an endpoint with a mark in place of each secret that belongs into it. */
export function withSecretMarks(url: string, { path, query }: Pick<Verify, 'path' | 'query'>): string {
  const below = path ? `/${secretMark}` : '';
  return url + below + (query ? `?${encodeURIComponent(query.name)}=${secretMark}` : '');
}
