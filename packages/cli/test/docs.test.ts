import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createProgram } from '../src/program.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/cli.md'), 'utf8');
const place = { folder: '/', environment: {} };
const { commands } = createProgram({ place, stopping: AbortSignal.abort() });
const sections = new Map(page.split(/^## relay /m).map((text) => [text.split(/\s/)[0], text]));

test('the page has every command and no other', () => {
  sections.delete('#');
  assert.deepEqual([...sections.keys()].sort(), commands.map((command) => command.name()).sort());
});

for (const command of commands) {
  test(`the page has every option of ${command.name()} and no other`, () => {
    const documented = [...(sections.get(command.name()) ?? '').matchAll(/^\| `(--[^`]+)`/gm)].map(
      ([, flags]) => flags,
    );
    assert.deepEqual(documented.sort(), command.options.map(({ flags }) => flags).sort());
  });

  test(`the help of ${command.name()} has examples and exit codes`, () => {
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    assert.match(help, new RegExp(`Examples:\\n.*relay ${command.name()}`));
    assert.match(help, /Exit codes: 0 fine, 1 .*, 2 /);
  });
}
