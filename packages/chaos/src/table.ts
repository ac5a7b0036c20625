import type { Report } from './report.ts';
import { ms, tableWith } from './table-with.ts';

/** What people read of a report. */
export function tableOf(report: Report): string {
  const blocks = [requests(report), subscribers(report), faults(report), workers(report), parts(report)];
  return blocks.filter((block) => block !== '').join('\n');
}

function requests({ posted, acknowledged, refused, cutOff, ackMs, settledMs }: Report): string {
  return tableWith(
    ['posted', 'acknowledged', 'refused', 'cut off', 'ack p50', 'p99', 'p99.9', 'max', 'all done after'],
    [
      [
        posted,
        acknowledged,
        refused,
        cutOff,
        ms(ackMs.p50),
        ms(ackMs.p99),
        ms(ackMs.p999),
        ms(ackMs.max),
        ms(settledMs),
      ],
    ],
  );
}

function subscribers({ verdicts, repeatsByCause }: Report): string {
  const causes = Object.entries(repeatsByCause).map(([name, count]) => `${name} ${count}`);
  const rows = verdicts.map(({ subscriber, acknowledged, lost, merged, doubled, changed, repeats }) => {
    return [subscriber, acknowledged, lost.length, repeats.length, merged.length, doubled.length, changed.length];
  });
  const table = tableWith(
    ['subscriber', 'messages', 'lost', 'repeated', 'look-alikes merged', 'resends taken for new', 'changed'],
    rows,
  );
  return causes.length === 0 ? table : `${table}\nrepeated after: ${causes.join(', ')}`;
}

function faults({ aftermaths }: Report): string {
  const rows = aftermaths.map(({ name, count, worstAckMs, medianMs, worstMs }) => {
    return [name, count, ms(worstAckMs), ms(medianMs), ms(worstMs)];
  });
  const head = ['fault', 'times', 'slowest ack meanwhile', 'first delivery after its end, median', 'worst'];
  return rows.length === 0 ? '' : tableWith(head, rows);
}

function workers({ held }: Report): string {
  const rows = held.map(({ worker, count, firstMs, lastMs, firstByClockMs, lastByClockMs }) => {
    return [worker, count, ms(firstMs), ms(lastMs), ms(firstByClockMs), ms(lastByClockMs)];
  });
  const head = ['killed', 'had under way', 'first of it delivered after', 'last', 'by the clock', 'last by the clock'];
  return rows.length === 0 ? '' : tableWith(head, rows);
}

function parts({ parts }: Report): string {
  const rows = parts.map(({ name, lives, ownEnds, lines, ledgerDifference, spooled }) => {
    return [name, lives, ownEnds.length, lines.most, saidOf(ledgerDifference), saidOf(spooled)];
  });
  return tableWith(
    ['process', 'started', 'ended by itself', 'lines on troubles in 90 s', 'ledger difference', 'spooled'],
    rows,
  );
}

/** `–` is for what another kind of process says. */
function saidOf(value: number | undefined): string | number {
  if (value === undefined) return '–';
  return Number.isNaN(value) ? 'does not say' : value;
}
