import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { firstEndOf, type ListenerPlan, serves } from '@relay/config';
import type { Endpoint } from '@relay/core';
import { enumerate } from './enumerate.ts';

/** How long before its end a certificate is worth a word: 30 days. */
export const soonMs = 30 * 86_400_000;

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
    const told = served.length > 0 ? plan.publicUrl : undefined;
    return [...timeWarnings(shown, now), ...hostWarnings(shown, told), ...selfSignedWarnings(shown, served)];
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

/** `told` is the public URL, where vendors are told one. Behind http there is another who ends TLS, and looks as it likes. */
function hostWarnings({ port, certificate }: Shown, told: string | undefined): readonly string[] {
  if (told === undefined) return [];
  const { protocol, hostname } = new URL(told);
  if (protocol !== 'https:') return [];
  const host = hostname.replaceAll(/[[\]]/g, '');
  const found = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
  return found === undefined
    ? [`The certificate on port ${port} is not for ${host}: vendors that look at it post nothing.`]
    : [];
}

function selfSignedWarnings({ port, certificate }: Shown, served: readonly Endpoint[]): readonly string[] {
  const thingspace = served.filter(({ source }) => source.startsWith('thingspace')).map(({ name }) => name);
  return certificate.issuer === certificate.subject && thingspace.length > 0
    ? [`The certificate on port ${port} is self-signed, which ThingSpace refuses: ${enumerate(thingspace)}.`]
    : [];
}

export function dateOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
