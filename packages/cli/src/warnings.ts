import { type Configuration, verifiesNothing } from '@relay/config';
import type { Endpoint, SourceName, Subscriber } from '@relay/core';
import { callingWarnings } from './calling-warnings.ts';
import { certificateWarnings } from './certificate-warnings.ts';
import { enumerate } from './enumerate.ts';
import { ruleWarnings } from './rule-warnings.ts';
import { secretWarnings } from './secret-warnings.ts';
import { subscriberWarnings } from './subscriber-warnings.ts';

/** What relay.yaml falls back on for the demo. Everybody can read it. */
const demoPassword = 'not-a-secret';
const demoSecret = Buffer.from('not a secret, only for the demo!');

/** ThingSpace registers URLs on these ports only (documented). */
const thingspacePorts = [80, 443, [9001, 9006], [50551, 50559], [28200, 28220]] as const;

/** What each source has to tell a genuine callback from a forged one, where nothing else does. */
const waysToVerify: Readonly<Record<SourceName, string>> = {
  thingspace: 'verify.credentials and verify.allow',
  'thingspace-soap': 'verify.credentials and verify.allow',
  voximplant: 'verify.salt with accountId and apiKey',
  'ixc-acs': 'verify.path and verify.allow',
  generic: 'verify.hmac, basic, bearer, header, query, path and allow',
};

/** What is odd in a configuration that is good by itself, a sentence each; `now` in epoch ms. */
export function warningsAbout(
  { ingest, worker, endpoints, subscribers }: Configuration,
  now: number,
): readonly string[] {
  return [
    ...urlWarnings(endpoints),
    ...certificateWarnings(ingest.listeners, endpoints, now),
    ...addressWarnings(ingest, worker),
    ...unheardWarnings(endpoints, subscribers),
    ...subscriberWarnings(subscribers, endpoints),
    ...ruleWarnings(subscribers, endpoints),
    ...callingWarnings(subscribers, now),
    ...openWarnings(endpoints),
    ...secretWarnings(endpoints),
    ...demoWarnings(endpoints, subscribers),
  ];
}

function urlWarnings(endpoints: readonly Endpoint[]): readonly string[] {
  const local = endpoints.filter(({ url }) => url === undefined).map(({ name }) => name);
  const origins = new Map(endpoints.flatMap(({ url }) => (url === undefined ? [] : [originOf(url)])));
  const refused = endpoints
    .filter(({ source }) => source.startsWith('thingspace'))
    .flatMap(({ url }) => (url === undefined ? [] : [portOf(new URL(url))]))
    .filter((port) => !isThingspacePort(port));
  return [
    ...(local.length > 0
      ? [`ingest.publicUrl is not set: the URL of ${enumerate(local)} is good on this machine only.`]
      : []),
    ...[...origins]
      .filter(([, { protocol }]) => protocol === 'http:')
      .map(
        ([origin, { hostname }]) =>
          `${origin} is not encrypted: passwords and secrets of callbacks travel to ${hostname} in clear text.`,
      ),
    ...[...new Set(refused)].map(
      (port) => `ThingSpace registers no URL on port ${port}, only on 80, 443, 9001-9006, 50551-50559 and 28200-28220.`,
    ),
  ];
}

function originOf(written: string): [string, URL] {
  const url = new URL(written);
  return [url.origin, url];
}

function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}

function isThingspacePort(port: number): boolean {
  return thingspacePorts.some((allowed) => {
    return typeof allowed === 'number' ? allowed === port : allowed[0] <= port && port <= allowed[1];
  });
}

const everyAddress = ['0.0.0.0', '::'];

/** That ingest takes an address twice is a mistake already; the worker may run on another machine. */
function addressWarnings(
  { listeners, operations }: Configuration['ingest'],
  worker: Configuration['worker'],
): readonly string[] {
  const { host, port } = worker.operations;
  const taken = [...listeners, operations].some(
    (other) =>
      port !== 0 &&
      other.port === port &&
      (other.host === host || [host, other.host].some((one) => everyAddress.includes(one))),
  );
  return taken
    ? [`worker.operations has port ${port}, which ingest listens on: on one machine only the first of them starts.`]
    : [];
}

function unheardWarnings(endpoints: readonly Endpoint[], subscribers: readonly Subscriber[]): readonly string[] {
  const received = new Set(subscribers.flatMap((subscriber) => subscriber.endpoints));
  return endpoints
    .filter(({ name }) => !received.has(name))
    .map(({ name }) => `Nobody receives ${name}: its messages are kept and go nowhere.`);
}

/** Which endpoints take what anybody posts, a sentence each. */
export function strangerWarnings(endpoints: readonly Endpoint[]): readonly string[] {
  return [...endpoints.flatMap(unverifiedWarning), ...endpoints.flatMap(demoPasswordWarning)];
}

function openWarnings(endpoints: readonly Endpoint[]): readonly string[] {
  return endpoints.flatMap((endpoint) => [...unverifiedWarning(endpoint), ...unhashedWarning(endpoint)]);
}

function unverifiedWarning({ name, source, verify }: Endpoint): readonly string[] {
  return verifiesNothing({ verify })
    ? [`Anybody may post to ${name}: nothing is verified. For ${source} there is ${waysToVerify[source]}.`]
    : [];
}

/** Where something else is verified. */
function unhashedWarning({ name, source, verify }: Endpoint): readonly string[] {
  return source === 'voximplant' && verify.callbackHash === undefined && !verifiesNothing({ verify })
    ? [`The hash of callbacks to ${name} is not checked: that needs ${waysToVerify[source]}.`]
    : [];
}

function demoWarnings(endpoints: readonly Endpoint[], subscribers: readonly Subscriber[]): readonly string[] {
  const signed = subscribers
    .filter(
      ({ signing }) =>
        signing?.kind === 'standard-webhooks' && signing.secrets.some((secret) => secret.equals(demoSecret)),
    )
    .map(({ name }) => `Anybody may sign for ${name}: it has the demo's secret, which is published.`);
  return [...endpoints.flatMap(demoPasswordWarning), ...signed];
}

function demoPasswordWarning({ name, verify }: Endpoint): readonly string[] {
  return verify.credentials.some(({ password }) => password === demoPassword)
    ? [`Anybody may post to ${name}: it takes the demo's password, which is published.`]
    : [];
}
