import type { CursorPlan, CursorStanding, EndpointStanding, From, LogPlan } from '@relay/core';

interface CursorName {
  readonly endpoint: string;
  readonly subscriber: string;
}

/** What a file would do to cursors, and to what lies in the logs. */
export interface CursorChanges {
  readonly created: readonly (CursorName & { readonly from: From })[];
  /** No longer named: what they have not settled is discarded after one retention. */
  readonly orphaned: readonly (CursorName & Pick<CursorStanding, 'waiting' | 'pending' | 'open'>)[];
  /** Were orphans and are named again: they go on where they stood, or what they missed is discarded. */
  readonly returned: readonly (CursorName & { readonly resumes: boolean; readonly missed: number })[];
  /** Messages in a log that nobody has read and nobody would read any more. */
  readonly stranded: readonly { readonly endpoint: string; readonly messages: number }[];
}

export function cursorChanges(plans: readonly LogPlan[], standings: readonly EndpointStanding[]): CursorChanges {
  const planned = new Map(plans.map((plan) => [plan.endpoint, plan.cursors]));
  const standing = new Map(standings.map((each) => [each.endpoint, each.cursors]));
  return {
    created: plans.flatMap(({ endpoint, cursors }) =>
      cursors
        .filter(({ subscriber }) => find(standing.get(endpoint), subscriber) === undefined)
        .map(({ subscriber, from }) => ({ endpoint, subscriber, from })),
    ),
    orphaned: standings.flatMap(({ endpoint, cursors }) =>
      cursors
        .filter((cursor) => becomesOrphan(cursor, planned.get(endpoint)))
        .map(({ subscriber, waiting, pending, open }) => ({ endpoint, subscriber, waiting, pending, open })),
    ),
    returned: standings.flatMap(({ endpoint, cursors }) =>
      cursors.flatMap(({ subscriber, orphaned, waiting }) => {
        const plan = find(planned.get(endpoint), subscriber);
        return orphaned && plan ? [{ endpoint, subscriber, resumes: plan.resume ?? false, missed: waiting }] : [];
      }),
    ),
    stranded: standings.flatMap(({ endpoint, messages, cursors }) => {
      const unread = cursors.length === 0 ? messages : Math.min(...cursors.map(({ waiting }) => waiting));
      const plan = planned.get(endpoint);
      const isChanged = plan === undefined || cursors.some((cursor) => becomesOrphan(cursor, plan));
      return isChanged && unread > 0 && !isRead(plan ?? [], cursors) ? [{ endpoint, messages: unread }] : [];
    }),
  };
}

/** Whether messages would not get to somebody who is to get them now. */
export function loses({ orphaned, returned, stranded }: CursorChanges): boolean {
  return (
    orphaned.some(({ waiting, pending, open }) => waiting + pending + open > 0) ||
    returned.some(({ resumes, missed }) => !resumes && missed > 0) ||
    stranded.length > 0
  );
}

/** Whether it is this file that leaves it behind: one that is an orphan already is no news. */
function becomesOrphan({ subscriber, orphaned }: CursorStanding, plan: readonly CursorPlan[] | undefined): boolean {
  return !orphaned && find(plan, subscriber) === undefined;
}

/** Whether somebody reads what nobody has read so far. */
function isRead(plan: readonly CursorPlan[], cursors: readonly CursorStanding[]): boolean {
  return plan.some(({ subscriber, from, resume }) => {
    const cursor = find(cursors, subscriber);
    return cursor === undefined ? from.kind !== 'now' : !cursor.orphaned || resume === true;
  });
}

function find<T extends { readonly subscriber: string }>(named: readonly T[] | undefined, name: string): T | undefined {
  return named?.find(({ subscriber }) => subscriber === name);
}
