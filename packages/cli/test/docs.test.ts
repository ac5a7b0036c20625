import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../src/program.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/cli.md'), 'utf8');
const place = { folder: '/', environment: {} };
const commands = allOf('', createProgram({ place, stopping: AbortSignal.abort() }));
const [, ...texts] = page.split(/^##+ relay /m);
const sections = new Map(texts.map((text) => [/^[a-z -]*[a-z]/.exec(text)?.[0], text]));

/** With the commands of commands, each by its whole name. */
function allOf(parent: string, { commands: own }: Command): (readonly [name: string, command: Command])[] {
  return own.flatMap((command) => {
    const name = `${parent}${command.name()}`;
    return [[name, command] as const, ...allOf(`${name} `, command)];
  });
}

test('the page has every command and no other', () => {
  assert.deepEqual([...sections.keys()].sort(), commands.map(([name]) => name).sort());
});

for (const [name, command] of commands) {
  test(`the page has every option of ${name} and no other`, () => {
    const documented = [...(sections.get(name) ?? '').matchAll(/^\| `(--[^`]+)`/gm)].map(([, flags]) => flags);
    assert.deepEqual(documented.sort(), command.options.map(({ flags }) => flags).sort());
  });

  test(`the help of ${name} has examples and exit codes`, () => {
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    assert.match(help, new RegExp(`Examples:\\n.*relay ${name}`));
    assert.match(help, /Exit codes: 0 fine, 1 .*, 2 /);
  });
}
