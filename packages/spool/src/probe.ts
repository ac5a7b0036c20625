import { randomBytes } from 'node:crypto';
import { open, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from './folder.ts';
import { diskTrouble } from './spool-error.ts';

/** A block of the disk. Of a new file, since a full disk may let an old one be written over, and at random, since some disks keep no zeros. */
const probeBytes = 4_096;

/** One at a time, whoever asks: a disk that hangs must not take up more and more of the process. */
export function createProbe(directory: string): () => Promise<number> {
  let underWay: Promise<number> | undefined;
  return () => {
    underWay ??= probe(directory).finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

async function probe(directory: string): Promise<number> {
  const path = join(directory, 'probe');
  try {
    await makeFolder(directory);
    const file = await open(path, 'w');
    try {
      await file.writeFile(randomBytes(probeBytes));
      await file.datasync();
    } finally {
      await file.close();
      await unlink(path);
    }
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch (error) {
    throw diskTrouble(directory, error);
  }
}
