import { execFileSync } from 'node:child_process';
import { after } from 'node:test';
import { temporaryFolder } from '@relay/testkit';

/** Why a test of small disks cannot run here; false when it can. */
export const skip = whyNot();

/** A file system of 1 MiB in memory that is gone with the tests of the file. */
export function smallDisk(): string {
  const folder = temporaryFolder();
  mount(folder);
  after(() => run('umount', '-l', folder));
  return folder;
}

export function remount(folder: string, how: 'ro' | 'rw'): void {
  run('mount', '-o', `remount,${how}`, folder);
}

function whyNot(): string | false {
  const folder = temporaryFolder();
  try {
    mount(folder);
    run('umount', folder);
    return false;
  } catch {
    return 'only root may mount a file system, and not in every container';
  }
}

function mount(folder: string): void {
  run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', folder);
}

function run(program: 'mount' | 'umount', ...args: readonly string[]): void {
  execFileSync(program, args, { stdio: 'pipe' });
}
