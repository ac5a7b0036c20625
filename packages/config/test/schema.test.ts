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

test('editors refuse what the relay refuses: unknown keys and wrong kinds', () => {
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
  const subscriber = { name: 's', url: 'https://h/', receives: ['e'] };
  assert.ok(accepts({ ...lists, subscribers: [subscriber] }));
  for (const wrong of [
    { receives: [{ endpoint: 'e', where: { stats: 'Failed' } }] },
    { receives: [{ endpoint: 'e', where: { not: { any: [{ status: { prefx: 'a' } }] } } }] },
    { method: 'post' },
    { rate: '50 a second' },
    { breaker: 'on' },
    { ordered: { by: 'account' } },
    { retry: { retryOn: ['2xx'] } },
  ]) {
    assert.ok(!accepts({ ...lists, subscribers: [{ ...subscriber, ...wrong }] }), JSON.stringify(wrong));
  }
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
  for (const { key, schema } of everyKey(configurationSchema())) assert.ok(schema.description, key);
});

test('every key is in the page, and no other', () => {
  const keys = new Set(everyKey(configurationSchema()).map(({ key }) => key));
  const rows = [...page.matchAll(/^\| `([^`]+)` \|/gm)]
    .map((match) => match[1] ?? '')
    .filter((key) => !key.startsWith('$'));
  assert.deepEqual(rows.toSorted(), [...keys].toSorted());
});

test('the page names the defaults that are in force', () => {
  const rows = new Map(
    [...page.matchAll(/^\| `([^`]+)` \| (.*?) \|/gm)].map((match) => [match[1] ?? '', match[2] ?? '']),
  );
  for (const { key, schema } of everyKey(configurationSchema())) {
    const { default: byDefault } = schema;
    // An empty text cannot be shown; the page says none.
    if (byDefault === '') assert.match(rows.get(key) ?? '', /^(none|empty)$/, key);
    else if (isList(byDefault)) assert.equal(rows.get(key), `\`[${byDefault.join(', ')}]\``, key);
    else if (typeof byDefault !== 'object' && byDefault !== undefined)
      assert.equal(rows.get(key), `\`${byDefault}\``, key);
  }
});

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.every((item) => typeof item !== 'object');
}

interface Key {
  readonly key: string;
  readonly schema: Json;
}

/** Every key of the schema as the page writes it: `ingest.listeners[].port`, and `where.status` for a rule at any depth. */
function everyKey(schema: Json): readonly Key[] {
  // Conditions have the same keys, whatever they are asked of.
  const repeating = Object.entries(schema.$defs ?? {}).map(([name, inner]) =>
    keysOf(inner, name.replace('OnBody', '')),
  );
  return [...keysOf(schema), ...repeating.flat()];
}

function keysOf(schema: Json, above = ''): readonly Key[] {
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
