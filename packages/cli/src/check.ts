import { styleText } from 'node:util';
import type { Configuration } from '@relay/config';
import type { Endpoint, Subscriber } from '@relay/core';
import { openConfiguration } from './configuration.ts';
import type { Place } from './place.ts';
import { reachable } from './services.ts';
import { table } from './table.ts';

export interface CheckOptions {
  readonly place: Place;
  readonly json?: boolean;
}

/** What relay.yaml falls back on for the demo. Everybody can read it. */
const demoPassword = 'not-a-secret';
const demoSecret = 'whsec_bm90IGEgc2VjcmV0LCBvbmx5IGZvciB0aGUgZGVtbyE=';

/** ThingSpace registers URLs on these ports only. */
const thingspacePorts = [80, 443, [9001, 9006], [50551, 50559], [28200, 28220]] as const;

/** Says what a configuration comes to: which URL to register for each endpoint, who receives what, and what looks odd. */
export async function check(file: string | undefined, { place, json }: CheckOptions): Promise<void> {
  const configuration = await openConfiguration(place, file);
  const endpoints = configuration.endpoints.map((endpoint) => ({
    ...endpoint,
    url: publicUrl(configuration, endpoint),
  }));
  const warnings = warningsAbout(configuration);
  if (json) {
    const named = endpoints.map(({ name, source, url }) => ({ name, source, url }));
    const receiving = configuration.subscribers.map(({ name, url, endpoints: receives }) => ({ name, url, receives }));
    console.log(JSON.stringify({ endpoints: named, subscribers: receiving, warnings }));
    return;
  }
  console.log(
    table(
      ['endpoint', 'source', 'URL to register'],
      endpoints.map(({ name, source, url }) => [name, source, url]),
    ),
  );
  console.log();
  console.log(
    table(
      ['subscriber', 'URL', 'receives'],
      configuration.subscribers.map((subscriber) => [
        subscriber.name,
        subscriber.url,
        receives(subscriber.endpoints, endpoints.length),
      ]),
    ),
  );
  for (const warning of warnings) console.log(`\n${styleText('yellow', 'Warning')} ${warning}`);
}

function publicUrl({ ingest }: Configuration, { path }: Endpoint): string {
  const [listener] = ingest.listeners;
  return `${ingest.publicUrl ?? (listener ? reachable(listener) : '')}${path}`;
}

function receives(names: readonly string[], all: number): string {
  if (names.length === all && all > 3) return `all ${all}`;
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}

function warningsAbout({ ingest, endpoints, subscribers }: Configuration): string[] {
  const received = new Set(subscribers.flatMap((subscriber) => subscriber.endpoints));
  const unheard = endpoints
    .filter(({ name }) => !received.has(name))
    .map(({ name }) => `Nobody receives ${name}: its messages are kept and go nowhere.`);
  const open = endpoints
    .filter(({ verify }) => verify.credentials.length === 0 && verify.allow.length === 0)
    .map(({ name }) => `Anybody may post to ${name}: it has neither verify.credentials nor verify.allow.`);
  return [
    ...warningsAboutUrl(ingest.publicUrl, endpoints),
    ...unheard,
    ...open,
    ...warningsAboutDemo(endpoints, subscribers),
  ];
}

function warningsAboutDemo(endpoints: readonly Endpoint[], subscribers: readonly Subscriber[]): string[] {
  const accepting = endpoints
    .filter(({ verify }) => verify.credentials.some(({ password }) => password === demoPassword))
    .map(({ name }) => `Anybody may post to ${name}: it takes the demo's password, which is published.`);
  const signed = subscribers
    .filter(({ secrets }) => secrets.includes(demoSecret))
    .map(({ name }) => `Anybody may sign for ${name}: it has the demo's secret, which is published.`);
  return [...accepting, ...signed];
}

function warningsAboutUrl(url: string | undefined, endpoints: readonly Endpoint[]): string[] {
  if (url === undefined) return ['ingest.publicUrl is not set: the URLs above are good on this machine only.'];
  const { protocol, port, hostname } = new URL(url);
  const number = Number(port) || (protocol === 'https:' ? 443 : 80);
  const forThingspace = endpoints.some(({ source }) => source.startsWith('thingspace'));
  return [
    ...(protocol === 'http:'
      ? [`ingest.publicUrl is not encrypted: passwords inside of callbacks travel to ${hostname} in clear text.`]
      : []),
    ...(forThingspace && !isThingspacePort(number)
      ? [`ThingSpace registers no URL on port ${number}, only on 80, 443, 9001-9006, 50551-50559 and 28200-28220.`]
      : []),
  ];
}

function isThingspacePort(port: number): boolean {
  return thingspacePorts.some((allowed) => {
    return typeof allowed === 'number' ? allowed === port : allowed[0] <= port && port <= allowed[1];
  });
}
