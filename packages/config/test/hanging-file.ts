import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningProcess, startProcess, temporaryFolder } from '@relay/testkit';

/** A lease on a file: the kernel makes everybody wait who opens it, as a mount that hangs does, for 45 s or until its holder ends. */
const lease = `use strict; use Fcntl qw(:DEFAULT F_SETLEASE);
$SIG{IO} = 'IGNORE'; $| = 1;
open(my $file, '+<', $ARGV[0]) or die "$!"; fcntl($file, F_SETLEASE, F_WRLCK) or die "$!";
print "held\\n"; sleep`;

/** Makes a file with this content that does not answer before the process is killed. */
export async function hangingFile(path: string, content: string): Promise<RunningProcess> {
  writeFileSync(path, content);
  return startProcess({ command: 'perl', args: ['-e', lease, path], ready: /^held$/ });
}

/** Why a test of such files cannot run here; false when it can. */
export const skip = whyNot();

function whyNot(): string | false {
  const path = join(temporaryFolder(), 'leased');
  writeFileSync(path, '');
  const once = spawnSync('perl', ['-e', lease.replace('sleep', ''), path]);
  return once.status === 0 ? false : 'there is no perl, or the file system has no leases';
}
