import type { Endpoint, Source } from '@relay/core';
import { createSource } from '@relay/sources';

/** Where an endpoint listens. */
export interface Place {
  readonly endpoint: Endpoint;
  readonly source: Source;
}

/** Endpoints by their paths: one look-up, however many there are. */
export function createPlaces(endpoints: readonly Endpoint[]): ReadonlyMap<string, Place> {
  return new Map(endpoints.map((endpoint) => [endpoint.path, { endpoint, source: createSource(endpoint) }]));
}
