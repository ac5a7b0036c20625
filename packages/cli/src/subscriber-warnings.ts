import type { Endpoint, Subscriber } from '@relay/core';
import { enumerate } from './enumerate.ts';

/** What is odd in where messages go. */
export function subscriberWarnings(
  subscribers: readonly Subscriber[],
  endpoints: readonly Endpoint[],
): readonly string[] {
  const clear = subscribers.filter(({ url }) => isClear(new URL(url)));
  const telling = clear.filter((subscriber) => getsPasswords(subscriber, endpoints));
  const others = clear.filter((subscriber) => !telling.includes(subscriber));
  return [
    ...(telling.length > 0
      ? [
          `Callbacks to ${namesOf(telling)} are not encrypted, and those of ThingSpace have its password in them: use https, or payload: json or redact: true, which leave it out.`,
        ]
      : []),
    ...(others.length > 0 ? [`Callbacks to ${namesOf(others)} are not encrypted: use https.`] : []),
  ];
}

/** What stays on this machine needs no encryption. */
export function isClear({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && !/^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

/** ThingSpace writes username and password into each body (documented). */
function getsPasswords({ payload, redact, endpoints: received }: Subscriber, endpoints: readonly Endpoint[]): boolean {
  const asTheyCame = payload !== 'json' && !redact;
  return asTheyCame && endpoints.some(({ name, source }) => source.startsWith('thingspace') && received.includes(name));
}

function namesOf(subscribers: readonly Subscriber[]): string {
  return enumerate(subscribers.map(({ name }) => name));
}
