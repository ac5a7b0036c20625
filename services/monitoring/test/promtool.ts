import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const folder = fileURLToPath(new URL('..', import.meta.url));

/** Why tests that need it are skipped, or false when promtool is there. */
export const noPromtool =
  spawnSync('promtool', ['--version']).error === undefined
    ? false
    : 'promtool is not installed; apt-get install prometheus';

/** Runs promtool in the folder of the rules; answers its exit code with everything it said. */
export function promtool(args: readonly string[], input = ''): { readonly code: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, input, encoding: 'utf8' });
  return { code: status, said: stdout + stderr };
}
