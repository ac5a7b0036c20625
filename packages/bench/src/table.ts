import Table from 'cli-table3';
import type { Compared } from './comparison.ts';
import { type FigureName, figureNames, kinds } from './figures.ts';

/** One table for people: a block of rows per comparison, the ratio in the last column. */
export function tableOf(compared: readonly Compared[]): string {
  const table = new Table({
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { title, sides } of compared) {
    const [left, right] = sides;
    table.push([title, left?.name ?? '', right?.name ?? '', right === undefined ? '' : 'ratio']);
    for (const name of figureNames) {
      const one = left?.figures[name];
      if (one === undefined) continue;
      const other = right?.figures[name];
      table.push([kinds[name].title, shown(name, one), shown(name, other), ratio(one, other)]);
    }
    table.push([{ colSpan: 4, content: '' }]);
  }
  return table.toString();
}

function shown(name: FigureName, value: number | undefined): string {
  if (value === undefined) return '';
  const { digits } = kinds[name];
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function ratio(one: number, other: number | undefined): string {
  return other === undefined || other === 0 ? '' : (one / other).toFixed(2);
}
