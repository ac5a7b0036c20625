import { mkdir, open, readdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { diskTrouble } from './spool-error.ts';

/**
 * Makes the directory and those above it, so that they are still there after a power cut. One at a time: asked for all of
 * them at once where none can be made, as in /proc, Node tries for ever.
 */
export async function makeFolder(directory: string): Promise<void> {
  const path = resolve(directory);
  if (await isFolder(path)) return;
  const above = dirname(path);
  await makeFolder(above);
  await mkdir(path).catch(async (error: unknown) => {
    // Somebody else may have been quicker.
    if (!(await isFolder(path))) throw error;
  });
  await syncFolder(above);
}

/** Rejects where something else is in its place. */
async function isFolder(path: string): Promise<boolean> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  throw Object.assign(new Error(`${path} is no folder`), { code: 'ENOTDIR' });
}

/** A new file is only there for good once its directory has been synced as well. */
export async function syncFolder(directory: string): Promise<void> {
  const folder = await open(directory, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The names of the folders in a directory; none where it is not there yet. Rejects with SpoolError. */
export async function foldersIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw diskTrouble(directory, error);
  });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
