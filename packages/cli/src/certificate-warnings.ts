import { X509Certificate } from 'node:crypto';
import { firstEndOf, type ListenerPlan, serves } from '@relay/config';
import type { Endpoint } from '@relay/core';
import { enumerate } from './enumerate.ts';

/** How long before its end a certificate is worth a word: 30 days. */
const soonMs = 30 * 86_400_000;

interface Shown {
  readonly port: number;
  readonly certificate: X509Certificate;
  /** When it, or one that vouches for it, ends. */
  readonly end: Date;
}

/** What is odd in the certificates that listeners show to vendors; `now` in epoch ms. */
export function certificateWarnings(
  listeners: readonly ListenerPlan[],
  endpoints: readonly Endpoint[],
  now: number,
): readonly string[] {
  return listeners.flatMap((plan) => {
    const { port, tls } = plan;
    if (tls === undefined) return [];
    const shown = { port, certificate: new X509Certificate(tls.cert), end: new Date(firstEndOf(tls)) };
    const served = endpoints.filter(({ name }) => serves(plan, name));
    return [...timeWarnings(shown, now), ...selfSignedWarnings(shown, served)];
  });
}

function timeWarnings(
  { port, certificate: { validFromDate, validToDate }, end }: Shown,
  now: number,
): readonly string[] {
  const own = `The certificate on port ${port}`;
  const first = end < validToDate ? `A certificate that vouches for the one on port ${port}` : own;
  if (end.getTime() < now) return [`${first} ended on ${dateOf(end)}: vendors that look at it post nothing.`];
  if (validFromDate.getTime() > now) return [`${own} is not good before ${dateOf(validFromDate)}.`];
  return end.getTime() < now + soonMs ? [`${first} ends soon, on ${dateOf(end)}.`] : [];
}

function selfSignedWarnings({ port, certificate }: Shown, served: readonly Endpoint[]): readonly string[] {
  const thingspace = served.filter(({ source }) => source.startsWith('thingspace')).map(({ name }) => name);
  return certificate.issuer === certificate.subject && thingspace.length > 0
    ? [`The certificate on port ${port} is self-signed, which ThingSpace refuses: ${enumerate(thingspace)}.`]
    : [];
}

function dateOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
