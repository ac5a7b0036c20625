export { certificateFault, firstEndOf } from './certificate.ts';
export type { Address, Certificate, Configuration, ListenerPlan } from './configuration.ts';
export { loadConfiguration } from './load-configuration.ts';
export { describeMistakes, type Mistake } from './mistake.ts';
export { type ConfigurationReading, type ReadOptions, readConfiguration } from './read-configuration.ts';
export { serves } from './serves.ts';
export { verifiesNothing } from './verifies-nothing.ts';
export { type ConfigurationWatch, type WatchOptions, watchConfiguration } from './watch-configuration.ts';
