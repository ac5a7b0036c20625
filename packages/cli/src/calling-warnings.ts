import { X509Certificate } from 'node:crypto';
import { firstEndOf, lastEndOf } from '@relay/config';
import type { Subscriber } from '@relay/core';
import { dateOf, soonMs } from './certificate-warnings.ts';
import { enumerate } from './enumerate.ts';
import { isClear } from './subscriber-warnings.ts';

/** What is odd in how subscribers are called; `now` in epoch ms. */
export function callingWarnings(subscribers: readonly Subscriber[], now: number): readonly string[] {
  const told = namesOf(subscribers, ({ url, auth, headers }) => {
    const authorized = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
    return isClear(new URL(url)) && (auth !== undefined || authorized);
  });
  const asking = namesOf(subscribers, ({ auth }) => auth?.kind === 'oauth2' && isClear(new URL(auth.tokenUrl)));
  return [
    ...about(told, 'What authorizes the relay travels in clear text: use https for the url of'),
    ...about(asking, 'The client secret travels in clear text: use https for auth.oauth2.tokenUrl of'),
    ...subscribers.flatMap((subscriber) => tlsWarnings(subscriber, now)),
  ];
}

function tlsWarnings({ name, tls }: Subscriber, now: number): readonly string[] {
  const cert = tls?.cert;
  const ca = tls?.ca;
  return [
    ...(cert === undefined ? [] : notYetWarning(`The certificate that ${name} is shown`, cert, now)),
    ...(cert === undefined ? [] : endWarning(`The certificate that ${name} is shown`, firstEndOf({ cert }), now)),
    ...(ca === undefined ? [] : endWarning(`What vouches for ${name}, tls.ca,`, lastEndOf({ ca }), now)),
  ];
}

function notYetWarning(what: string, cert: string, now: number): readonly string[] {
  const { validFromDate } = new X509Certificate(cert);
  return validFromDate.getTime() > now ? [`${what} is not good before ${dateOf(validFromDate)}.`] : [];
}

function endWarning(what: string, end: number, now: number): readonly string[] {
  if (end < now) return [`${what} ended on ${dateOf(new Date(end))}: nothing is delivered.`];
  return end < now + soonMs ? [`${what} ends soon, on ${dateOf(new Date(end))}.`] : [];
}

function namesOf(subscribers: readonly Subscriber[], odd: (subscriber: Subscriber) => boolean): readonly string[] {
  return subscribers.filter(odd).map(({ name }) => name);
}

function about(names: readonly string[], sentence: string): readonly string[] {
  return names.length === 0 ? [] : [`${sentence} ${enumerate(names)}.`];
}
