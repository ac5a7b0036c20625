import { type ListenerPlan, serves } from '@relay/config';
import type { Endpoint } from '@relay/core';
import { createShownPath } from './shown-path.ts';

/** What the log says of a request that leads nowhere, and its sender is not told. */
export interface Astray {
  /** With no secret in it. */
  readonly path: string;
  /** The endpoint that a callback missed, since other listeners serve it. A look by GET misses nothing. */
  readonly endpoint?: string;
  readonly detail?: string;
}

/** `found` is the endpoint whose path it is, where the listener does not serve that. */
export type FindAstray = (method: string, path: string, found: Endpoint | undefined) => Astray;

export function createAstray(endpoints: readonly Endpoint[], listeners: readonly ListenerPlan[]): FindAstray {
  const shown = createShownPath(endpoints);
  return (method, path, found) => {
    if (found === undefined) return { path: shown(path) };
    const serving = listeners.filter((plan) => serves(plan, found.name)).map(({ host, port }) => `${host}:${port}`);
    if (serving.length === 0) return { path: found.path };
    const detail = `${found.name} is served at ${serving.join(' and ')}, not here`;
    return { path: found.path, ...(method === 'POST' && { endpoint: found.name }), detail };
  };
}
