import type { RedisNode, RedisPlace } from '@relay/core';

/** Where Redis is, for people: without passwords. */
export function shownRedis(place: RedisPlace): string {
  if ('cluster' in place) return `cluster ${list(place.cluster)}`;
  if ('sentinels' in place) return `${place.primary} behind sentinels ${list(place.sentinels)}`;
  const shown = new URL(place.url);
  if (shown.password) shown.password = '***';
  return shown.href;
}

function list(nodes: readonly RedisNode[]): string {
  return nodes.map(({ host, port }) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)).join(', ');
}
