import Table from 'cli-table3';

/** Text in columns; all but the first are numbers. */
export function tableWith(head: string[], rows: readonly (string | number)[][]): string {
  const colAligns = head.map((_, index) => (index === 0 ? 'left' : 'right') as 'left' | 'right');
  const table = new Table({ head, colAligns, style: { head: [], border: [], compact: true } });
  table.push(...rows);
  return table.toString();
}

/** A time of so many ms, as it stands in a cell. */
export function ms(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value >= 1_000 ? `${(value / 1000).toFixed(1)} s` : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
