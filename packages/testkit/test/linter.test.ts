import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@relay/testkit';

const root = join(import.meta.dirname, '../../..');

const caught = {
  'a promise of the project that floats': `
    export function forget(): void {
      remember();
    }
    async function remember(): Promise<void> {}`,
  // Biome's own rule does not see these two.
  'a promise of Node that floats': `
    import { rm } from 'node:fs/promises';
    export function forget(): void {
      rm('/tmp/nothing');
    }`,
  'a promise of a library that floats': `
    import type { Redis } from 'ioredis';
    export function forget(redis: Redis): void {
      redis.set('a', 'b');
    }`,
  'an async function where nobody waits for it': `
    export function forget(keys: readonly string[]): void {
      keys.forEach(async (key) => {
        await fetch(key);
      });
    }`,
};

for (const [what, code] of Object.entries(caught)) {
  test(`${what} is an error`, () => {
    assert.match(lint(code), /no-(floating|misused)-promises/);
  });
}

test('a promise that is waited for passes', () => {
  assert.match(lint(`export const waiting = await fetch('http://127.0.0.1');`), /Found 0 warnings and 0 errors/);
});

/** Lints the code with the project's own rules and types, in a folder apart. */
function lint(code: string): string {
  const folder = temporaryFolder();
  for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json']) cpSync(join(root, file), join(folder, file));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'));
  symlinkSync(join(root, 'packages/testkit/node_modules/ioredis'), join(folder, 'node_modules/ioredis'));
  mkdirSync(join(folder, 'packages/x/src'), { recursive: true });
  writeFileSync(join(folder, 'packages/x/src/code.ts'), code);
  const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['--type-aware', 'packages'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return stdout + stderr;
}
