import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SpoolError } from './spool-error.ts';

/** SQLite's code for a lock that somebody else holds. */
const busy = 5;
/** SQLite takes paths of 512 bytes, and wants to put an ending to them. */
const mostPathBytes = 500;

/**
 * Has the directory for this process alone. Node has no file locks of its own; an exclusive transaction of SQLite is one,
 * on an empty file. The kernel lets go of it however the process ends, so that nothing has to be tidied up, and it holds
 * between containers that share a volume.
 */
export function lock(directory: string): { release(): void } {
  const path = resolve(directory, 'lock');
  if (Buffer.byteLength(path) > mostPathBytes)
    throw new SpoolError(
      'DISK',
      `The path of the spool's directory ${directory} is too long: ${mostPathBytes} bytes at most`,
    );
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if ((error as { errcode?: number }).errcode === busy) {
      const sentence = `Another process has the spool's directory ${directory}: give each ingest one of its own in ingest.spool.directory`;
      throw new SpoolError('IN_USE', sentence, { cause: error });
    }
    throw new SpoolError('DISK', `${path} cannot be locked: ${(error as Error).message}`, { cause: error });
  }
  return { release: () => database.close() };
}
