import Table from 'cli-table3';
import type { Compared } from './comparison.ts';
import { type FigureName, figureNames, kinds } from './figures.ts';

/** One table for people: a block of rows per comparison, and where it has two sides their ratio in the last column. */
export function tableOf(compared: readonly Compared[]): string {
  const columns = 2 + Math.max(2, ...compared.map(({ sides }) => sides.length));
  const table = new Table({
    colAligns: ['left', ...Array.from({ length: columns - 1 }, () => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  const row = (...cells: readonly string[]) => {
    table.push(Array.from({ length: columns }, (_, index) => cells[index] ?? ''));
  };
  for (const { title, sides } of compared) {
    const [left, right, third] = sides;
    const areTwo = right !== undefined && third === undefined;
    row(title, ...sides.map(({ name }) => name), areTwo ? 'ratio' : '');
    for (const name of figureNames) {
      const values = sides.map(({ figures }) => figures[name]);
      if (values.every((value) => value === undefined)) continue;
      const cells = values.map((value) => shown(name, value));
      row(kinds[name].title, ...cells, areTwo ? ratio(left?.figures[name], right.figures[name]) : '');
    }
    table.push([{ colSpan: columns, content: '' }]);
  }
  return table.toString();
}

function shown(name: FigureName, value: number | undefined): string {
  if (value === undefined) return '';
  const { digits } = kinds[name];
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function ratio(one: number | undefined, other: number | undefined): string {
  return one === undefined || other === undefined || other === 0 ? '' : (one / other).toFixed(2);
}
