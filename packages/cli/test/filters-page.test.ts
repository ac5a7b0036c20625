import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readWhere } from '@relay/config';
import type { Where } from '@relay/core';
import { compileWhere, type MessageView, viewOf } from '@relay/routing';
import { createSource } from '@relay/sources';

const page = readFileSync(join(import.meta.dirname, '../../../docs/filters.md'), 'utf8');
const [, conditions = '', rules = ''] =
  /^## All of it in a table$(.*?)^The same for whole rules(.*?)^## /ms.exec(page) ?? [];

const { decode } = createSource({
  name: 'any',
  source: 'generic',
  path: '/any',
  account: undefined,
  service: undefined,
  verify: { credentials: [], allow: [] },
  dedupMs: 0,
});

interface Cell {
  readonly rule: string;
  readonly body: string;
  readonly said: string;
}

function cellsOf(table: string): Cell[] {
  const [head = [], , ...rows] = [...table.matchAll(/^\|(.*)\|$/gm)].map(([, row = '']) => {
    return row.split(' | ').map((cell) => cell.trim().replaceAll('`', ''));
  });
  const bodies = head.slice(1);
  return rows.flatMap(([rule = '', ...row]) => bodies.map((body, i) => ({ rule, body, said: row[i] ?? '' })));
}

function viewOfBody(body: string): MessageView {
  const nothing = { account: undefined, service: undefined, type: undefined, correlationId: undefined };
  const message = { endpoint: 'any', ...nothing, status: 'Done', contentType: undefined, body: Buffer.from(body) };
  return viewOf(message, { decode: (one) => decode(one.body, one.contentType) });
}

function assertTrue(text: string, { body, said }: Cell): void {
  const reading = readWhere(text, 'the table');
  assert.ok('where' in reading, text);
  const holds = (where: Where) => compileWhere(where)(viewOfBody(body));
  const [itself, contrary] = { yes: [true, false], no: [false, true], '–': [false, false] }[said] ?? [];
  assert.equal(holds(reading.where), itself, `${text} of ${body}`);
  assert.equal(holds({ not: reading.where }), contrary, `the contrary of ${text} of ${body}`);
}

test('what the page says of conditions is true', () => {
  const cells = cellsOf(conditions);
  assert.equal(cells.length, 12 * 8);
  for (const cell of cells) assertTrue(`{body: {/a: ${cell.rule}}}`, cell);
});

test('what the page says of rules within rules is true', () => {
  const cells = cellsOf(rules);
  assert.equal(cells.length, 9 * 3);
  for (const cell of cells) assertTrue(cell.rule, cell);
});
