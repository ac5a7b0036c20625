export { type HoldState, runningAt } from './hold-state.ts';
export { createHolds, type Holds, type HoldsOptions } from './holds.ts';
