import type { Fault } from './fault.ts';
import { processFaults } from './process-faults.ts';
import { redisFaults } from './redis-faults.ts';

/** Everything that can be broken. */
export const faults: readonly Fault[] = [...redisFaults, ...processFaults];
