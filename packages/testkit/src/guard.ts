import { spawn } from 'node:child_process';

/**
 * Sees to it that the process with this id does not outlive the present one, however that ends: a shell waits on a pipe
 * that closes with us, then kills. In a process group of its own, so that it survives a Ctrl-C long enough to do so.
 */
export function guard(pid: number): { release(): void } {
  const shell = spawn('sh', ['-c', `cat >/dev/null; kill -KILL ${pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  return { release: () => void shell.kill('SIGKILL') };
}
