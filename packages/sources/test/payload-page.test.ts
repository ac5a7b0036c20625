import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { folders, payloadsOf, schema, sourceOf } from './payload-of.ts';

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

  for (const [body = '', contentType, content] of rowsUnder('| comes in | as | `content` |')) {
    test(`says what becomes of ${body}`, () => {
      const bytes = /^the bytes `(.*)`$/.exec(body)?.[1];
      const given = bytes === undefined ? Buffer.from(unquoted(body)) : Buffer.from(bytes.replaceAll(' ', ''), 'hex');
      const decoded = sourceOf('generic').decode(given, unquoted(contentType));
      assert.equal(decoded.content, unquoted(content));
    });
  }
});
