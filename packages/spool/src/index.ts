export { peekSpool } from './peek.ts';
export type { SpoolRecord } from './record.ts';
export { type Depth, openSpool, type Spool, type SpoolOptions } from './spool.ts';
export { diskTrouble, SpoolError, type SpoolErrorCode } from './spool-error.ts';
