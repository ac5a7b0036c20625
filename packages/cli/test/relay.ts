import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProcess, temporaryFolder } from '@relay/testkit';

export const main = join(import.meta.dirname, '../src/main.ts');

export interface Ran {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the relay command to its end. */
export async function relay(folder: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const command = await startProcess({ args: [main, ...args], cwd: folder, env });
  const code = await command.ended;
  return { code, stdout: command.stdout.join('\n'), stderr: command.stderr.join('\n') };
}

/** A new folder with this relay.yaml. */
export function folderWith(configuration: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'relay.yaml'), configuration);
  return folder;
}
