import { spawn } from 'node:child_process';
import { usualGraceMs } from './supervise.ts';

/**
 * Ends processes in order when this one dies, however that happens: a shell reads their ids from a pipe that closes with us.
 * The latest line counts; it names who is to end first, first.
 */
export interface Guard {
  watch(pids: readonly (number | undefined)[]): void;
  release(): void;
}

const script = `
while read -r line; do pids=$line; done
for pid in $pids; do
  kill -TERM "$pid" 2>/dev/null
  left=${usualGraceMs / 100}
  while kill -0 "$pid" 2>/dev/null && [ "$left" -gt 0 ]; do sleep 0.1; left=$((left - 1)); done
  kill -KILL "$pid" 2>/dev/null
done`;

export function createGuard(): Guard {
  const shell = spawn('sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  shell.unref();
  // It can only break when the shell was killed, and then there is nothing left to tell.
  shell.stdin.on('error', () => {});
  return {
    watch: (pids) => void shell.stdin.write(`${pids.filter((pid) => pid !== undefined).join(' ')}\n`),
    release: () => void shell.kill('SIGKILL'),
  };
}
