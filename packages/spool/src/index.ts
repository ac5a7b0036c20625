export { foldersIn } from './folder.ts';
export { peekSpool } from './peek.ts';
export type { SpoolRecord } from './record.ts';
export { type Depth, openSpool, type Spool, type SpoolOptions } from './spool.ts';
export { SpoolError, type SpoolErrorCode } from './spool-error.ts';
