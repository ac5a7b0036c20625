import type { Verify } from '@relay/core';
import type { Draft, DraftOptions } from '../src/draft.ts';
import { createRandom } from '../src/random.ts';
import { type VendorName, vendors } from '../src/vendors.ts';

const usual: DraftOptions = {
  count: 40,
  devices: 1,
  services: [],
  batch: 1,
  lateShare: 0,
  now: Date.UTC(2026, 0, 1),
};

export function draftsOf(vendor: VendorName, different: Partial<DraftOptions> = {}, seed = 1): Draft[] {
  return [...vendors[vendor].drafts(createRandom(seed), { ...usual, ...different })];
}

/** What an endpoint of each vendor verifies. */
export const verifies: Record<VendorName, Verify> = {
  thingspace: { allow: [], credentials: [{ username: 'relay', password: 'p<&"ä' }] },
  'thingspace-soap': { allow: [], credentials: [{ username: 'relay', password: 'p<&"ä' }] },
  voximplant: { allow: [], credentials: [], callbackHash: { salts: ['salt'], accountId: '1000001', apiKeys: ['key'] } },
  'ixc-acs': { allow: [], credentials: [], header: { name: 'x-secret', secrets: ['of-the-acs'] } },
};
