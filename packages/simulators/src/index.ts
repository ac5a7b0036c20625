export { dress, type Letter } from './dress.ts';
export { isForgeable } from './forgery.ts';
export { type Copy, freshCopy } from './fresh-copy.ts';
export { type Answer, createMail } from './post.ts';
export { isTaken, type ProfileName, profiles } from './profile.ts';
export { isFine, type Report } from './report.ts';
export type { Attempt, Sent } from './run.ts';
export { type SimulateOptions, simulate } from './simulate.ts';
export { type VendorName, vendorNames, vendors } from './vendors.ts';
