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
  /** How many times faster its waits pass unless told otherwise. */
  readonly speed: number;
  /** `DraftOptions.lateShare` unless told otherwise. */
  readonly lateShare: number;
  /** What it has services for; empty: it has none. */
  readonly services: readonly string[];
}

const usual = { profile: 'once', speed: 1, lateShare: 0, services: [] } as const satisfies Partial<Simulated>;
/** An hour in five seconds: the vendor's own time-out would make every look at it take an afternoon. */
const ixcSpeed = 720;
/** A guess, for there to be some. */
const ixcLateShare = 0.2;

/** A new vendor is one file and one entry here. */
export const vendors: Readonly<Record<VendorName, Simulated>> = {
  thingspace: { ...usual, drafts: thingspace, profile: 'observed', services: servicesOf(thingspaceShapes) },
  'thingspace-soap': { ...usual, drafts: thingspaceSoap, profile: 'observed', services: servicesOf(soapShapes) },
  voximplant: { ...usual, drafts: voximplant },
  'ixc-acs': { ...usual, drafts: ixcAcs, speed: ixcSpeed, lateShare: ixcLateShare },
};

function servicesOf(shapes: readonly { service: string }[]): string[] {
  return [...new Set(shapes.map(({ service }) => service))];
}
