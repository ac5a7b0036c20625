import { formatDuration } from '@relay/config';
import type { From } from '@relay/core';
import type { Changes, KeyChange, SettingChange } from './plan-changes.ts';
import type { CursorChanges } from './plan-cursors.ts';
import { inOneLine } from './plan-values.ts';

export interface Plan {
  /** No worker has ever applied a configuration. */
  readonly isFirst: boolean;
  readonly settings: readonly SettingChange[];
  readonly endpoints: Changes;
  readonly subscribers: Changes;
  readonly cursors: CursorChanges;
}

export function planAsJson({ isFirst, settings, endpoints, subscribers, cursors }: Plan): object {
  const { stranded, created, orphaned, returned } = cursors;
  return {
    first: isFirst,
    settings,
    endpoints,
    subscribers,
    cursors: {
      created: created.map(({ from, ...names }) => ({ ...names, from: nameFrom(from) })),
      orphaned,
      returned: returned.map(({ resumes, missed, ...names }) => ({
        ...names,
        waiting: resumes ? missed : 0,
        discarded: resumes ? 0 : missed,
      })),
    },
    stranded,
  };
}

/** `+` for what comes, `-` for what goes, `~` for what changes. */
export function describePlan(
  { isFirst, settings, endpoints, subscribers, cursors }: Plan,
  retentionMs: number,
): string {
  const sections = [
    ['Settings', settings.map(describeSetting)],
    ['Endpoints', describeChanges(endpoints)],
    ['Subscribers', describeChanges(subscribers)],
    ['Cursors', describeCursors(cursors, retentionMs)],
    [
      'Stranded',
      cursors.stranded.map(({ endpoint, messages }) => `! ${endpoint}: ${count(messages)} that nobody has read`),
    ],
  ] as const;
  const told = sections.flatMap(([title, lines]) =>
    lines.length === 0 ? [] : [[title, ...lines.map((line) => `  ${line}`)].join('\n')],
  );
  if (told.length === 0) return 'Nothing would change.';
  const first = isFirst ? ['No worker has applied a configuration in this Redis so far.'] : [];
  return [...first, ...told].join('\n\n');
}

function describeSetting({ takesRestart, ...change }: SettingChange): string {
  return `~ ${describeKey(change)}${takesRestart ? ' (takes a restart)' : ''}`;
}

function describeChanges({ added, removed, changed }: Changes): string[] {
  return [
    ...added.map((name) => `+ ${name}`),
    ...removed.map((name) => `- ${name}`),
    ...changed.map(({ name, keys }) => `~ ${name}: ${keys.map(describeKey).join(', ')}`),
  ];
}

function describeKey({ key, from, to }: KeyChange): string {
  if (from === undefined && to === undefined) return `${key} changed`;
  return `${key} ${nameValue(from)} → ${nameValue(to)}`;
}

function nameValue(value: unknown): string {
  return value === undefined ? 'not there' : inOneLine(value);
}

function describeCursors({ created, orphaned, returned }: CursorChanges, retentionMs: number): string[] {
  const later = `discarded after ${formatDuration(retentionMs)} unless it comes back with resume: true`;
  return [
    ...created.map(({ endpoint, subscriber, from }) => `+ ${subscriber} in ${endpoint}, from ${nameFrom(from)}`),
    ...orphaned.map(({ endpoint, subscriber, waiting, pending, open }) => {
      const left = `${waiting} waiting, ${pending} pending, ${open} open`;
      return `- ${subscriber} in ${endpoint}: ${left}${waiting + pending + open > 0 ? `; ${later}` : ''}`;
    }),
    ...returned.map(({ endpoint, subscriber, resumes, missed }) =>
      resumes
        ? `~ ${subscriber} in ${endpoint} comes back and goes on where it stood: ${count(missed)} waiting`
        : `~ ${subscriber} in ${endpoint} comes back and begins at now: ${count(missed)} discarded that it missed`,
    ),
  ];
}

function count(messages: number): string {
  return messages === 1 ? '1 message' : `${messages} messages`;
}

function nameFrom(from: From): string {
  return from.kind === 'ago' ? `${formatDuration(from.ms)} ago` : from.kind;
}
