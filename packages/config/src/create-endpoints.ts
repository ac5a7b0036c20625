import type { Endpoint } from '@relay/core';
import type { DeclaredEndpoint } from './declare-endpoint.ts';
import { expandTemplate } from './template.ts';

/** The endpoints that one item of `endpoints` stands for; `publicUrlOf` answers what stands in front of the path of the one with this name. */
export function createEndpoints(
  declared: DeclaredEndpoint,
  publicUrlOf: (name: string) => string | undefined,
): readonly Endpoint[] {
  const { name, source, account, service = [], path, verify, naming, batch, answer } = declared;
  const accounts = Array.isArray(account) ? account : [];
  return expandTemplate({ name, path, account: accounts, service }).map((expansion) => {
    const publicUrl = publicUrlOf(expansion.name);
    return {
      name: expansion.name,
      source,
      path: expansion.path,
      ...(publicUrl !== undefined && { url: publicUrl + expansion.path }),
      account: Array.isArray(account) ? expansion.account : account,
      service: expansion.service,
      verify: verify ?? { credentials: [], allow: [] },
      dedupMs: declared.dedup ?? usualDedupMs(declared),
      ...(naming && { naming }),
      ...(batch && { batch }),
      ...(answer && { answer }),
    };
  });
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Long where a vendor's key tells a resend for certain; short where two callbacks that look alike may both be meant. */
function usualDedupMs({ source, naming }: Pick<DeclaredEndpoint, 'source' | 'naming'>): number {
  switch (source) {
    case 'thingspace':
    case 'thingspace-soap':
      return hourMs;
    case 'voximplant':
      return dayMs;
    case 'ixc-acs':
      return 10 * minuteMs;
    case 'generic':
      return naming?.dedupKey === undefined ? 10 * minuteMs : dayMs;
  }
}
