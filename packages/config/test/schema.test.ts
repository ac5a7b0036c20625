import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { configurationSchema } from '../src/json-schema.ts';

type Json = ReturnType<typeof configurationSchema>;

const top = new URL('../../../', import.meta.url);
const demo = readFileSync(new URL('relay.yaml', top), 'utf8');
const page = readFileSync(new URL('docs/configuration.md', top), 'utf8');

/** What editors do: the file as it is written, before any variable is filled in. */
const accepts = new Ajv2020({ strict: false }).compile(configurationSchema());

test('the schema in the repository is current; `npm run schema` writes it', () => {
  const written = JSON.parse(readFileSync(new URL('../relay.schema.json', import.meta.url), 'utf8'));
  assert.deepEqual(written, JSON.parse(JSON.stringify(configurationSchema())));
});

test('editors are pointed at the schema and accept the demo', () => {
  assert.match(demo, /^# yaml-language-server: \$schema=packages\/config\/relay\.schema\.json\n/);
  assert.ok(accepts(parse(demo)), JSON.stringify(accepts.errors));
});

test('editors refuse what the relay refuses: unknown keys, wrong kinds, what is not supported yet', () => {
  const lists = { endpoints: [], subscribers: [] };
  for (const wrong of [
    { retentoin: '3d' },
    { retention: 3 },
    { retention: '3 days' },
    { ingest: { spool: { max: '1 GiB' } } },
    { worker: { operations: { port: 'x' } } },
  ]) {
    assert.ok(!accepts({ ...lists, ...wrong }), JSON.stringify(wrong));
  }
  assert.ok(!accepts({ endpoints: [] }));
  assert.ok(!accepts({ ...lists, endpoints: [{ name: 'e', source: 'voxinplant' }] }));
});

test('editors let a variable stand for any value', () => {
  const variable = '$' + '{X}';
  assert.ok(
    accepts({
      retention: variable,
      worker: { operations: { port: variable } },
      endpoints: [{ name: variable, source: variable }],
      subscribers: [],
    }),
  );
});

test('every key is explained to editors', () => {
  for (const { key, schema } of keysOf(configurationSchema())) assert.ok(schema.description, key);
});

test('every key is in the page, and no other', () => {
  const keys = new Set(keysOf(configurationSchema()).map(({ key }) => key));
  const rows = [...page.matchAll(/^\| `([^`]+)` \|/gm)]
    .map((match) => match[1] ?? '')
    .filter((key) => !key.startsWith('$'));
  const [, notYet = ''] = /## Not supported yet\n(.*?)\n## /s.exec(page) ?? [];
  const later = [...notYet.matchAll(/`([a-z]+(?:\[\])?\.[^`]+)`/g)].map((match) => match[1] ?? '');
  assert.deepEqual([...rows, ...later].toSorted(), [...keys].toSorted());
});

test('a key is in the list of what is not supported yet exactly when it is refused as such', () => {
  const [before, after = ''] = page.split('## Not supported yet');
  for (const { key, schema } of keysOf(configurationSchema())) {
    const refused = schema.not !== undefined;
    assert.equal(after.includes(`\`${key}\``), refused, key);
    assert.equal(before?.includes(`| \`${key}\` |`), !refused, key);
  }
});

test('the page names the defaults that are in force', () => {
  const rows = new Map(
    [...page.matchAll(/^\| `([^`]+)` \| (.*?) \|/gm)].map((match) => [match[1] ?? '', match[2] ?? '']),
  );
  for (const { key, schema } of keysOf(configurationSchema())) {
    const { default: byDefault } = schema;
    // An empty text cannot be shown; the page says none.
    if (byDefault === '') assert.match(rows.get(key) ?? '', /^(none|empty)$/, key);
    else if (typeof byDefault !== 'object' && byDefault !== undefined)
      assert.equal(rows.get(key), `\`${byDefault}\``, key);
  }
  const schedule = keysOf(configurationSchema()).find(({ key }) => key === 'subscribers[].retry.schedule')?.schema
    .default;
  assert.ok(Array.isArray(schedule));
  assert.equal(rows.get('subscribers[].retry.schedule'), `\`[${schedule.join(', ')}]\``);
});

/** Every key of a schema as the page writes it: `ingest.listeners[].port`. */
function keysOf(schema: Json, above = ''): readonly { readonly key: string; readonly schema: Json }[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    if (typeof inner === 'boolean') return [];
    const key = above === '' ? name : `${above}.${name}`;
    return [{ key, schema: inner }, ...keysOf(inner, key)];
  });
  const { items } = schema;
  const ofItems = typeof items === 'object' && !Array.isArray(items) ? keysOf(items, `${above}[]`) : [];
  const choices = (schema.anyOf ?? []).filter((choice) => typeof choice !== 'boolean');
  // Where a list may stand for one, its keys are the same.
  const distinct = choices.filter(({ items: ofList }) => !choices.some((one) => isDeepStrictEqual(one, ofList)));
  const ofChoices = distinct.flatMap((choice) => keysOf(choice, above));
  return [...own, ...ofItems, ...ofChoices];
}
