export { createPace, type Pace, PaceEndedError, type PaceOptions } from './pace.ts';
export { type PaceWindow, windowOf } from './pace-window.ts';
