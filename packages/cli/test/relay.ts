import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, stripVTControlCharacters } from 'node:util';
import { startProcess, temporaryFolder } from '@relay/testkit';
import type { Command } from 'commander';
import { exitCodeFor } from '../src/exit-code.ts';
import { createProgram } from '../src/program.ts';

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

/**
 * The same in this process, which takes a fraction of the time: for whatever is not about signals, or bytes on stdout. One at a
 * time; only the configuration is looked for in the folder, since this process is elsewhere.
 */
export async function relayHere(folder: string, args: readonly string[]): Promise<Ran> {
  const { log, error: logError } = console;
  const stdout: string[] = [];
  const stderr: string[] = [];
  const place = { folder: process.cwd(), environment: { RELAY_CONFIG: join(folder, 'relay.yaml') } };
  const program = createProgram({ place, stopping: new AbortController().signal });
  listen(program, (text) => stderr.push(text.trimEnd()));
  console.log = (...words) => stdout.push(format(...words));
  console.error = (...words) => stderr.push(format(...words));
  try {
    const code = await program.parseAsync(args, { from: 'user' }).then(() => 0, exitCodeFor);
    return { code, stdout: plain(stdout), stderr: plain(stderr) };
  } finally {
    Object.assign(console, { log, error: logError });
  }
}

/** To what a command, or one of its own, has to say of wrong use. */
function listen(command: Command, writeErr: (text: string) => void): void {
  command.configureOutput({ writeErr });
  for (const own of command.commands) listen(own, writeErr);
}

function plain(lines: readonly string[]): string {
  return stripVTControlCharacters(lines.join('\n'));
}

/** A new folder with this relay.yaml. */
export function folderWith(configuration: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'relay.yaml'), configuration);
  return folder;
}
