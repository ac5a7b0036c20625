import { execFileSync } from 'node:child_process';
import { after } from 'node:test';
import { temporaryFolder } from '@relay/testkit';

/** Why a test of small disks cannot run here; false when it can. */
export const skip = whyNot();

/** A file system of 1 MiB in memory that is gone with the tests of the file. */
export function smallDisk(): string {
  const folder = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', folder], { stdio: 'pipe' });
  after(() => {
    execFileSync('umount', ['-l', folder]);
  });
  return folder;
}

export function remount(folder: string, how: 'ro' | 'rw'): void {
  execFileSync('mount', ['-o', `remount,${how}`, folder], { stdio: 'pipe' });
}

function whyNot(): string | false {
  const folder = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', folder], { stdio: 'pipe' });
    execFileSync('umount', [folder]);
    return false;
  } catch {
    return 'only root may mount a file system, and not in every container';
  }
}
