import type { CrashReport } from './crash.ts';
import type { OutageReport } from './crash-outage.ts';
import { ms, tableWith } from './table-with.ts';

/** So many lines a process may say about one outage. */
const linesPerOutage = 20;
/** What is broken from the beginning loses nothing. */
const nothingAcknowledged = 'Nothing was acknowledged.';

export function killsTable(reports: readonly CrashReport[]): string {
  const head = [
    ...['killed', 'Redis', 'kills', 'posts', 'acknowledged', 'refused', 'cut off'],
    ...['lost', 'repeated', 'kept twice', 'strange'],
  ];
  const rows = reports.map(({ what, redis, kills, posts, acknowledged, refused, cutOff, ...account }) => {
    const { lost, repeated, doubled, strange } = account;
    return [what, redis, kills, posts, acknowledged, refused, cutOff, lost, repeated, doubled, strange];
  });
  return tableWith(head, rows);
}

export function outageTable({ seconds, rate, ackMs, lines, ...report }: OutageReport): string {
  return tableWith(
    [`Redis away for ${seconds} s at ${rate}/s`, ''],
    [
      ['posts', report.posts],
      ['2xx', report.acknowledged],
      ['ack p50', ms(ackMs.p50)],
      ['ack p99', ms(ackMs.p99)],
      ['ack p99.9', ms(ackMs.p999)],
      ['delivered to two subscribers', report.delivered],
      ['lost', report.lost],
      ['repeated', report.repeated],
      ['kept twice', report.doubled],
      ['strange', report.strange],
      ['Redis back → first delivery', ms(report.firstAfterMs)],
      ['Redis back → last spooled one delivered', ms(report.lastSpooledAfterMs)],
      ...Object.entries(lines).map(([part, count]) => [`lines of ${part} in 90 s`, count]),
    ],
  );
}

/** Every promise that a run has broken, a sentence each. */
export function brokenByKills({
  acknowledged,
  refused,
  lost,
  doubled,
  strange,
  spooled,
  ownEnds,
}: CrashReport): string[] {
  return [
    ...(acknowledged === 0 ? [nothingAcknowledged] : []),
    ...(refused > 0 ? [`${refused} posts were refused, or not answered though nothing was killed.`] : []),
    ...brokenOnTheWay({ lost, doubled, strange, spooled }),
    ...ownEnds,
  ];
}

export function brokenByOutage({ posts, acknowledged, lines, ownEnds, ...account }: OutageReport): string[] {
  const loud = Object.entries(lines).filter(([, count]) => count >= linesPerOutage);
  return [
    ...(acknowledged === 0 ? [nothingAcknowledged] : []),
    ...(acknowledged < posts ? [`${posts - acknowledged} posts were not acknowledged.`] : []),
    ...brokenOnTheWay(account),
    ...loud.map(([part, count]) => `${part} said ${count} lines about it.`),
    ...ownEnds,
  ];
}

type OnTheWay = Pick<OutageReport, 'lost' | 'doubled' | 'strange' | 'spooled'>;

function brokenOnTheWay({ lost, doubled, strange, spooled }: OnTheWay): string[] {
  return [
    ...(lost > 0 ? [`${lost} deliveries of what was acknowledged never arrived.`] : []),
    ...(doubled > 0 ? [`${doubled} callbacks were kept twice.`] : []),
    ...(spooled !== 0 ? [`Spools are not known to be empty (messages: ${spooled}).`] : []),
    ...(strange > 0 ? [`${strange} deliveries carry what nobody has posted.`] : []),
  ];
}
