import { styleText } from 'node:util';
import { type Configuration, publicKeyOf } from '@relay/config';
import type { Endpoint, Subscriber } from '@relay/core';
import { openConfiguration } from './configuration.ts';
import { enumerate } from './enumerate.ts';
import type { Place } from './place.ts';
import { refusedWarnings } from './refused-warnings.ts';
import { secretMark, withSecretMarks } from './secret-marks.ts';
import { table } from './table.ts';
import { ingestOf } from './target.ts';
import { warningsAbout } from './warnings.ts';

export interface CheckOptions {
  readonly place: Place;
  readonly json?: boolean;
}

/** Says what a configuration comes to: which URL to register for each endpoint, who receives what, and what looks odd. */
export async function check(file: string | undefined, { place, json }: CheckOptions): Promise<void> {
  const configuration = await openConfiguration(place, file);
  const endpoints = configuration.endpoints.map((endpoint) => ({
    ...endpoint,
    url: urlToRegister(configuration, endpoint),
  }));
  const warnings = [...warningsAbout(configuration, Date.now()), ...(await refusedWarnings(configuration.subscribers))];
  if (json) {
    const named = endpoints.map(({ name, source, url }) => ({ name, source, url }));
    const receiving = configuration.subscribers.map((subscriber) => ({
      name: subscriber.name,
      url: subscriber.url,
      receives: subscriber.endpoints,
      filters: Object.keys(subscriber.wheres),
      ...(publicKeys(subscriber).length > 0 && { publicKeys: publicKeys(subscriber) }),
    }));
    console.log(JSON.stringify({ endpoints: named, subscribers: receiving, warnings }));
    return;
  }
  console.log(
    table(
      ['endpoint', 'source', 'URL to register'],
      endpoints.map(({ name, source, url }) => [name, source, url]),
    ),
  );
  if (endpoints.some(({ url }) => url.includes(secretMark)))
    console.log(`${secretMark} stands for what verify.path or verify.query says.`);
  console.log();
  console.log(
    table(
      ['subscriber', 'URL', 'receives'],
      configuration.subscribers.map((subscriber) => [
        subscriber.name,
        subscriber.url,
        receives(subscriber, endpoints.length),
      ]),
    ),
  );
  for (const subscriber of configuration.subscribers)
    for (const key of publicKeys(subscriber)) console.log(`\n${subscriber.name} verifies signatures with ${key}`);
  for (const warning of warnings) console.log(`\n${styleText('yellow', 'Warning')} ${warning}`);
}

function urlToRegister(configuration: Configuration, endpoint: Endpoint): string {
  return withSecretMarks(endpoint.url ?? ingestOf(configuration, endpoint).url, endpoint.verify);
}

/** Of those private keys that sign for a subscriber; it needs to be told. */
function publicKeys({ signing }: Subscriber): readonly string[] {
  return signing?.kind === 'standard-webhooks' ? signing.privateKeys.map(publicKeyOf) : [];
}

function receives({ endpoints, wheres }: Subscriber, all: number): string {
  const names = endpoints.map((name) => (Object.hasOwn(wheres, name) ? `${name} (some)` : name));
  return names.length === all && all > 3 && Object.keys(wheres).length === 0 ? `all ${all}` : enumerate(names);
}
