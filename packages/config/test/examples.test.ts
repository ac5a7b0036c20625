import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { configurationSchema } from '../src/json-schema.ts';
import { configurationOf, pem } from './reading.ts';

const top = fileURLToPath(new URL('../../../', import.meta.url));

/** What editors do: the file as it is written, before any variable is filled in. */
const editorsAccept = new Ajv2020({ strict: false }).compile(configurationSchema());

/** Good as a password, a key in any form and a part of a URL. */
const secret = 'ab'.repeat(16);

const examples = ['README.md', ...globSync('docs/**/*.md', { cwd: top })].flatMap((page) => {
  const blocks = [...readFileSync(`${top}${page}`, 'utf8').matchAll(/^```ya?ml\n(?<text>.*?)^```$/gms)];
  const texts = blocks.map(({ groups }) => groups?.text ?? '');
  return texts.filter(isWhole).map((text, index) => ({ name: `${page}, number ${index + 1}`, text }));
});

test('there are examples', () => assert.ok(examples.length >= 4));

for (const { name, text } of examples) {
  test(`editors and the relay accept the example of ${name}`, () => {
    assert.ok(editorsAccept(parse(text)), JSON.stringify(editorsAccept.errors));
    assert.ok(configurationOf(text, { environment: everyVariableOf(text), readSecret: fileOf }));
  });
}

function isWhole(text: string): boolean {
  return /^endpoints:/m.test(text) && /^subscribers:/m.test(text);
}

/** Those that have no default. */
function everyVariableOf(text: string): Record<string, string> {
  const names = [...text.matchAll(/\$\{(?<name>\w+)(?:\}|:\?)/g)].map(({ groups }) => groups?.name ?? '');
  return { ...Object.fromEntries(names.map((variable) => [variable, secret])), REDIS_URL: 'redis://127.0.0.1:6379' };
}

function fileOf(path: string): string {
  if (/\.(crt|pem)$/.test(path) && !/key/.test(path)) return pem('certificate');
  return /\.(key|pem)$/.test(path) ? pem('key') : secret;
}
