import { isIP } from 'node:net';
import type { Subscriber } from '@relay/core';

/** Which addresses in the configuration the relay refuses to call in any case. What names stand for shows only when they are called. */
export async function refusedWarnings(subscribers: readonly Subscriber[]): Promise<readonly string[]> {
  // Only now, so that other commands need not load the HTTP client that comes with it.
  const { createGuard } = await import('@relay/delivery');
  return subscribers.flatMap(({ name, url, auth, proxy, network }) => {
    const passes = createGuard(network);
    const called = {
      url,
      'auth.oauth2.tokenUrl': auth?.kind === 'oauth2' ? auth.tokenUrl : undefined,
      proxy,
    };
    return Object.entries(called).flatMap(([key, written]) => {
      const address = written === undefined ? undefined : addressIn(written);
      return address === undefined || passes(address)
        ? []
        : [
            `${key} of ${name} is never called: network refuses ${address}, unless its allow has it and its deny has not.`,
          ];
    });
  });
}

/** Of a URL whose host is one. */
function addressIn(url: string): string | undefined {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? undefined : host;
}
