import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { structuredCloudEvent } from '../src/index.ts';
import { folders, keptOf, payloadsOf, schema, sourceOf } from './payload-of.ts';

const page = readFileSync(new URL('../../../docs/payload.md', import.meta.url), 'utf8');

/** The cells of the table that has this row for a head. */
function rowsUnder(head: string): string[][] {
  const [, table = ''] = page.split(`\n${head}\n`);
  const [, ...lines] = (table.split('\n\n')[0] ?? '').split('\n');
  return lines.map((line) => line.slice(1, -1).split('|')).map((cells) => cells.map((cell) => cell.trim()));
}

const unquoted = (cell = ''): string => /^`(.*)`$/.exec(cell)?.[1] ?? '';

suite('docs/payload.md', () => {
  test('explains exactly the members of the schema, in their order, and says which are always there', () => {
    const members = rowsUnder('| member | | is |').map(([name, always]) => ({
      name: unquoted(name),
      always: always === 'always',
    }));
    const names = Object.keys(schema.properties);
    assert.deepEqual(
      members,
      names.map((name) => ({ name, always: schema.required.includes(name) })),
    );
  });

  const examples = [...page.matchAll(/\/samples\/([\w-]+)(\/[\w.-]+)\):\n\n```json\n(.*?)```/gs)];

  test('has an example of every vendor that is recorded', () => {
    assert.deepEqual(new Set(examples.map(([, folder]) => folder)), new Set(folders.map(([folder]) => folder)));
  });

  for (const [, folder = '', file = '', example = ''] of examples) {
    test(`shows what becomes of ${folder}${file}`, () => {
      const source = folders.find(([name]) => name === folder)?.[1];
      assert.ok(source);
      const [payload] = payloadsOf(`${folder}${file}`, source);
      // As texts, so that the order of the members counts.
      assert.equal(JSON.stringify(JSON.parse(String(payload))), JSON.stringify(JSON.parse(example)));
    });
  }

  const [, folder = '', file = '', example = ''] =
    /\/samples\/([\w-]+)(\/[\w.-]+)\) as a CloudEvent, with `redact: true`:\n\n```json\n(.*?)```/s.exec(page) ?? [];

  test(`shows ${folder}${file} as a CloudEvent`, () => {
    const source = folders.find(([name]) => name === folder)?.[1];
    assert.ok(source);
    const [message] = keptOf(`${folder}${file}`, source);
    assert.ok(message);
    const event = structuredCloudEvent(sourceOf(source), source, {
      ...message,
      body: sourceOf(source).redact(message.body),
    });
    assert.equal(JSON.stringify(JSON.parse(String(event))), JSON.stringify(JSON.parse(example)));
  });

  test('explains every attribute of a CloudEvent and no other, and says which are always there', () => {
    const rows = rowsUnder('| attribute | | is |').flatMap(([names = '', always]) =>
      names.split(', ').map((name) => ({ name: unquoted(name), always: always === 'always' })),
    );
    const [message] = keptOf('thingspace-rest/carrier-activate-success.json', 'thingspace');
    assert.ok(message);
    const unknown = { account: undefined, service: undefined, type: undefined, correlationId: undefined };
    const attributesOf = (changes: object) => {
      const event = structuredCloudEvent(sourceOf('thingspace'), 'thingspace', { ...message, ...changes });
      const { data, datacontenttype, ...attributes } = JSON.parse(event.toString());
      return Object.keys(attributes).sort();
    };
    const namesOf = (told: typeof rows) => told.map(({ name }) => name).sort();
    assert.deepEqual(namesOf(rows), attributesOf({}));
    const bare = attributesOf({ ...unknown, status: undefined, body: Buffer.from('{}') });
    assert.deepEqual(namesOf(rows.filter(({ always }) => always)), bare);
  });

  for (const [body = '', contentType, content] of rowsUnder('| comes in | as | `content` |')) {
    test(`says what becomes of ${body}`, () => {
      const bytes = /^the bytes `(.*)`$/.exec(body)?.[1];
      const given = bytes === undefined ? Buffer.from(unquoted(body)) : Buffer.from(bytes.replaceAll(' ', ''), 'hex');
      const decoded = sourceOf('generic').decode(given, unquoted(contentType));
      assert.equal(decoded.content, unquoted(content));
    });
  }
});
