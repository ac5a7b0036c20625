import { mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Makes the directory and those above it, so that they are still there after a power cut. */
export async function makeFolder(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true });
  if (first === undefined) return;
  const top = dirname(resolve(first));
  for (let folder = resolve(directory); folder !== top; folder = dirname(folder)) await syncFolder(dirname(folder));
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
