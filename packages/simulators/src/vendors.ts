import type { SourceName } from '@relay/core';
import type { Vendor } from './draft.ts';
import { ixcAcs } from './ixc-acs.ts';
import type { ProfileName } from './profile.ts';
import { thingspace } from './thingspace.ts';
import { thingspaceShapes } from './thingspace-shapes.ts';
import { thingspaceSoap } from './thingspace-soap.ts';
import { soapShapes } from './thingspace-soap-shapes.ts';
import { voximplant } from './voximplant.ts';

/** Those that can be simulated. */
export const vendorNames = ['thingspace', 'thingspace-soap', 'voximplant', 'ixc-acs'] as const satisfies SourceName[];
export type VendorName = (typeof vendorNames)[number];

interface Simulated {
  readonly drafts: Vendor;
  /** How it sends again, as far as it is known. */
  readonly profile: ProfileName;
  /** What it has services for; empty: it has none. */
  readonly services: readonly string[];
}

/** A new vendor is one file and one entry here. */
export const vendors: Readonly<Record<VendorName, Simulated>> = {
  thingspace: { drafts: thingspace, profile: 'observed', services: servicesOf(thingspaceShapes) },
  'thingspace-soap': { drafts: thingspaceSoap, profile: 'observed', services: servicesOf(soapShapes) },
  voximplant: { drafts: voximplant, profile: 'once', services: [] },
  'ixc-acs': { drafts: ixcAcs, profile: 'once', services: [] },
};

function servicesOf(shapes: readonly { service: string }[]): string[] {
  return [...new Set(shapes.map(({ service }) => service))];
}
