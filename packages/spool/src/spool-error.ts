/**
 *   FULL      it holds as much as it may
 *   DISK      the disk does not take or give what it should
 *   IN_USE    another process has the directory
 *   NEWER     a newer relay wrote what is in the directory
 *   DAMAGED   something in the directory cannot be read; it is set aside or left where it is, and the rest goes on
 */
export type SpoolErrorCode = 'FULL' | 'DISK' | 'IN_USE' | 'NEWER' | 'DAMAGED';

/** Its message is a sentence for people: what is wrong and what to do. */
export class SpoolError extends Error {
  readonly code: SpoolErrorCode;

  constructor(code: SpoolErrorCode, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.code = code;
  }
}

/** What the file system said of the spool's directory, as a SpoolError. */
export function diskTrouble(directory: string, error: unknown): SpoolError {
  if (error instanceof SpoolError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new SpoolError('DISK', sentences[code]?.(directory) ?? `The spool in ${directory} fails: ${message}`, {
    cause: error,
  });
}

const notAFolder = (directory: string) =>
  `The spool's directory ${directory} is a file or lies behind one: let ingest.spool.directory name a folder`;
const notPermitted = (directory: string) =>
  `The relay may not read and write the spool's directory ${directory}: give its user the permission`;
const full = (directory: string) => `The disk under the spool's directory ${directory} is full: make room`;
const missing = (directory: string) =>
  `The spool's directory ${directory} is not there and cannot be made: name another in ingest.spool.directory`;

const sentences: Readonly<Record<string, (directory: string) => string>> = {
  ENOENT: missing,
  EEXIST: notAFolder,
  ENOTDIR: notAFolder,
  EACCES: notPermitted,
  EPERM: notPermitted,
  ENOSPC: full,
  EDQUOT: full,
  EROFS: (directory) =>
    `The spool's directory ${directory} is on a read-only file system: mount it for writing, or name another in ingest.spool.directory`,
  EIO: (directory) => `The disk under the spool's directory ${directory} fails to read or write: replace it`,
  EISDIR: (directory) =>
    `There is a folder in the spool's directory ${directory} where one of its files should be: move it away`,
};
