import { readFile } from 'node:fs/promises';
import { whyUnreadable } from '@relay/config';
import { exitCodes, Failure } from './failure.ts';

/** The bytes of a body that somebody has in a file. */
export async function readBodyFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new Failure(`${file}: ${whyUnreadable(error)}.`, exitCodes.wrongUse);
  }
}
