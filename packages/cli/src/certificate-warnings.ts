import { X509Certificate } from 'node:crypto';
import type { ListenerPlan } from '@relay/config';
import type { Endpoint } from '@relay/core';
import { enumerate } from './enumerate.ts';

/** How long before its end a certificate is worth a word: 30 days. */
const soonMs = 30 * 86_400_000;

/** What is odd in the certificates that listeners show to vendors; `now` in epoch ms. */
export function certificateWarnings(
  listeners: readonly ListenerPlan[],
  endpoints: readonly Endpoint[],
  now: number,
): readonly string[] {
  return listeners.flatMap(({ port, tls, endpoints: served }) => {
    if (tls === undefined) return [];
    const certificate = new X509Certificate(tls.cert);
    const named = `The certificate on port ${port}`;
    const thingspace = endpoints
      .filter(({ name, source }) => source.startsWith('thingspace') && (served?.includes(name) ?? true))
      .map(({ name }) => name);
    const selfSigned = certificate.issuer === certificate.subject && thingspace.length > 0;
    return [
      ...timeWarnings(certificate, now).map((when) => `${named} ${when}`),
      ...(selfSigned ? [`${named} is self-signed, which ThingSpace refuses: ${enumerate(thingspace)}.`] : []),
    ];
  });
}

function timeWarnings({ validFromDate, validToDate }: X509Certificate, now: number): readonly string[] {
  if (validToDate.getTime() < now) return [`ended on ${dateOf(validToDate)}: vendors that look at it post nothing.`];
  if (validFromDate.getTime() > now) return [`is not good before ${dateOf(validFromDate)}.`];
  return validToDate.getTime() < now + soonMs ? [`ends soon, on ${dateOf(validToDate)}.`] : [];
}

function dateOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
