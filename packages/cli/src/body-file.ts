import { readFile } from 'node:fs/promises';
import { exitCodes, Failure } from './failure.ts';

/** The bytes of a body that somebody has in a file. */
export async function readBodyFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${(error as Error).message}`, exitCodes.wrongUse);
  }
}
