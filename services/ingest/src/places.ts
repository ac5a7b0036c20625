import type { Configuration } from '@relay/config';
import type { Endpoint, GuardedSource } from '@relay/core';
import { createSource } from '@relay/sources';

/** Where an endpoint listens. */
export interface Place {
  readonly endpoint: Endpoint;
  readonly source: GuardedSource;
}

/** Endpoints by their paths: a few look-ups, however many there are. */
export interface Places {
  /** The endpoint with this path, or the one that owns it: where a secret stands in the path, whatever is below is the endpoint's to refuse. */
  find(path: string): Place | undefined;
}

export function createPlaces(endpoints: readonly Endpoint[]): Places {
  const places = new Map(endpoints.map((endpoint) => [endpoint.path, { endpoint, source: createSource(endpoint) }]));
  const owners = new Map([...places].filter(([, { endpoint }]) => endpoint.verify.path !== undefined));
  const maxSegments = Math.max(0, ...[...owners.keys()].map(segmentsOf));

  /** The longest owner counts. No path is searched deeper than the deepest of them. */
  function ownerOf(path: string): Place | undefined {
    let owner: Place | undefined;
    let slash = 0;
    for (let segment = 0; segment < maxSegments; segment += 1) {
      slash = path.indexOf('/', slash + 1);
      if (slash === -1) break;
      owner = owners.get(path.slice(0, slash)) ?? owner;
    }
    return owner;
  }

  return { find: (path) => places.get(path) ?? ownerOf(path) };
}

/** The same, made once for each configuration. */
export function createPlacesOf(): (configuration: Pick<Configuration, 'endpoints'>) => Places {
  const made = new WeakMap<object, Places>();
  return (configuration) => {
    const places = made.get(configuration) ?? createPlaces(configuration.endpoints);
    made.set(configuration, places);
    return places;
  };
}

function segmentsOf(path: string): number {
  return path.split('/').length - 1;
}
