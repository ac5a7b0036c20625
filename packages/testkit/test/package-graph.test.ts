import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

interface Package {
  readonly folder: string;
  readonly name: string;
  readonly exports: unknown;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

const root = join(import.meta.dirname, '../../..');
const shared = readPackage('package.json').devDependencies;
const packages = globSync('{packages,services}/*/package.json', { cwd: root }).sort().map(readPackage);

/** These put packages together; all others stand on core alone. */
const joiners = ['packages/cli', 'packages/bench', 'packages/chaos'];
/** Imports as the formatter leaves them. */
const importing = /(?:^import |^(?:(?:import|export)\b.*|\}) from |\bimport\()'([^']+)'/gm;

test('there are packages to look at', () => {
  const folders = packages.map(({ folder }) => folder);
  for (const folder of ['packages/core', 'packages/journal', 'services/ingest', 'services/worker']) {
    assert.ok(folders.includes(folder), folder);
  }
});

for (const { folder, name, exports, dependencies, devDependencies } of packages) {
  const joins = joiners.includes(folder) || folder.startsWith('services/');

  test(`${name} is called as its folder`, () => {
    assert.equal(name, `@relay/${folder.split('/').at(-1)}`);
  });

  test(`${name} has one front door${joins ? ', if any' : ''}`, () => {
    const frontDoor = { '.': './src/index.ts' };
    assert.deepEqual(joins ? (exports ?? frontDoor) : exports, frontDoor);
  });

  test(`${name} depends on ${joins ? 'packages, not on services' : 'no package but core'}`, () => {
    const allowed = packages.filter((other) =>
      joins ? other.folder.startsWith('packages/') : other.name === '@relay/core',
    );
    const names = allowed.map((other) => other.name);
    assert.deepEqual(
      dependencies.filter(isOurs).filter((dependency) => !names.includes(dependency)),
      [],
    );
    if (folder === 'packages/core') assert.deepEqual(dependencies, []);
  });

  test(`${name} takes nothing but the testkit for its tests`, () => {
    const allowed = joins ? packages.map((other) => other.name) : ['@relay/testkit'];
    assert.deepEqual(
      devDependencies.filter(isOurs).filter((dependency) => !allowed.includes(dependency)),
      [],
    );
  });

  test(`${name} imports only what it declares, through front doors`, () => {
    for (const file of globSync('{src,test}/**/*.ts', { cwd: join(root, folder) })) {
      const declared = [name, ...dependencies, ...(file.startsWith('test/') ? [...devDependencies, ...shared] : [])];
      for (const specifier of importsOf(join(root, folder, file))) {
        if (specifier.startsWith('node:')) continue;
        if (specifier.startsWith('.')) {
          const target = join(folder, dirname(file), specifier);
          assert.ok(target.startsWith(`${folder}/`), `${file} reaches out of its package: ${specifier}`);
          continue;
        }
        assert.ok(declared.includes(packageOf(specifier)), `${file} imports ${specifier}, which is not declared`);
        assert.ok(
          !isOurs(specifier) || specifier === packageOf(specifier),
          `${file} goes past the front door: ${specifier}`,
        );
      }
    }
  });
}

function readPackage(file: string): Package {
  const { name, exports, dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(join(root, file), 'utf8'));
  const names = { dependencies: Object.keys(dependencies), devDependencies: Object.keys(devDependencies) };
  return { folder: dirname(file), name, exports, ...names };
}

function importsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(importing)].flatMap(([, specifier]) => specifier ?? []);
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function isOurs(name: string): boolean {
  return name.startsWith('@relay/');
}
