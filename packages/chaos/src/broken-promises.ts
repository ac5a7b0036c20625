import type { Verdict } from './check-ids.ts';
import type { Happened } from './fault.ts';
import { inSeconds } from './in-seconds.ts';
import { moment } from './moment.ts';
import { isAnswered, type Post } from './post.ts';
import type { PartReport, Report } from './report.ts';

type Figures = Pick<Report, 'verdicts' | 'happened' | 'parts' | 'left'>;

/** Every promise that a run has broken, a sentence each; but for refusals. */
export function brokenPromises({ verdicts, happened, parts, left }: Figures): string[] {
  return [
    ...verdicts.flatMap(brokenAt),
    ...unpeacefulEnds(happened),
    ...parts.flatMap(brokenBy),
    ...(left > 0 ? [`${left} deliveries and messages in spools were still to be done in the end`] : []),
  ];
}

const mostShown = 5;

/** `startedAt` is epoch ms. */
export function refusals(refused: readonly Post[], startedAt: number): string[] {
  const kinds = Map.groupBy(refused, (post) => (isAnswered(post) ? post.status : `no answer (${post.trouble})`));
  return [...kinds].map(([kind, posts]) => {
    const first = posts
      .slice(0, mostShown)
      .map(({ at, ackMs }) => `${moment(at - startedAt)} after ${inSeconds(ackMs)}`);
    return `${posts.length} posts were refused: ${kind}: ${first.join(', ')}${posts.length > mostShown ? ', …' : ''}`;
  });
}

function brokenAt({ subscriber, lost, merged, doubled, changed, strange }: Verdict): string[] {
  return [
    ...sentence(lost, `${subscriber} never got`),
    ...sentence(merged, `${subscriber} got too few of the look-alikes`),
    ...sentence(doubled, `${subscriber} got resends as messages of their own of`),
    ...sentence(changed, `${subscriber} got other bytes than were posted of`),
    ...sentence(strange, `${subscriber} got what nobody posted for it`),
  ];
}

function sentence(ids: readonly string[], what: string): string[] {
  if (ids.length === 0) return [];
  return [`${what} ${ids.length}: ${ids.slice(0, mostShown).join(', ')}${ids.length > mostShown ? ', …' : ''}`];
}

/** Of processes that were told to end; while Redis is broken they may have to leave something undone. */
function unpeacefulEnds(happened: readonly Happened[]): string[] {
  const redis = happened.filter(({ track }) => track === 'redis');
  return happened
    .filter(({ end, begunAt, brokenAt }) => {
      const excused = redis.some((fault) => fault.begunAt <= brokenAt && fault.endedAt >= begunAt);
      return end !== undefined && end !== 0 && !excused;
    })
    .map(({ what, end }) => `${what} ended with ${end} when it was told to end`);
}

function brokenBy({ name, ownEnds, ledgerDifference = 0, spooled = 0 }: PartReport): string[] {
  const sentences = [...ownEnds];
  if (Number.isNaN(ledgerDifference)) sentences.push(`${name} does not say whether the ledger adds up`);
  else if (ledgerDifference !== 0) sentences.push(`${name} says that the ledger is off by ${ledgerDifference}`);
  if (Number.isNaN(spooled)) sentences.push(`${name} does not say what is in its spool`);
  else if (spooled !== 0) sentences.push(`${name} still has ${spooled} messages in its spool`);
  return sentences;
}
