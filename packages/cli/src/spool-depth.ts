import { join, resolve } from 'node:path';
import type { Configuration } from '@relay/config';
import { type Depth, foldersIn, peekSpool, SpoolError } from '@relay/spool';
import type { Place } from './place.ts';
import { formatBytes } from './size.ts';
import { formatDuration } from './time.ts';

/** What the ingest that has this directory keeps on disk; `unknown` says why nobody can tell. */
export interface SpoolDepth {
  readonly directory: string;
  /** Undefined where nobody can tell. */
  readonly spool: Depth | undefined;
  /** What the logs of its endpoints do not take; undefined where the spool is. */
  readonly aside: Depth | undefined;
  readonly unknown?: string;
}

export async function spoolDepth({ folder }: Place, { ingest }: Configuration): Promise<SpoolDepth> {
  const { directory } = ingest.spool;
  const path = resolve(folder, directory);
  try {
    const spool = await peekSpool(path);
    if (spool === undefined) return { directory, spool, aside: undefined, unknown: notHere(directory) };
    return { directory, spool, aside: await peekAside(join(path, 'aside')) };
  } catch (error) {
    if (!(error instanceof SpoolError)) throw error;
    return { directory, spool: undefined, aside: undefined, unknown: error.message };
  }
}

/** Each endpoint that has something there has a spool of its own. */
async function peekAside(directory: string): Promise<Depth> {
  const peeked = await Promise.all((await foldersIn(directory)).map((name) => peekSpool(join(directory, name))));
  const depths = peeked.filter((depth) => depth !== undefined);
  const receivedAt = depths.flatMap(({ oldestAt }) => oldestAt ?? []);
  return {
    messages: depths.reduce((sum, { messages }) => sum + messages, 0),
    bytes: depths.reduce((sum, { bytes }) => sum + bytes, 0),
    oldestAt: receivedAt.length === 0 ? undefined : Math.min(...receivedAt),
  };
}

/** Null where nobody can tell; `oldestAt` is null when it is empty. */
export function depthAsJson(depth: Depth | undefined): object | null {
  return depth === undefined ? null : { ...depth, oldestAt: depth.oldestAt ?? null };
}

export function describeSpool({ spool, aside, unknown }: SpoolDepth, now: number): string {
  if (spool === undefined) return unknown ?? '';
  const lines = [`The spool here ${holds(spool, now)}.`];
  if (aside !== undefined && aside.messages > 0)
    lines.push(`Beside it lies what the logs of its endpoints do not take: that ${holds(aside, now)}.`);
  return lines.join('\n');
}

function holds({ messages, bytes, oldestAt }: Depth, now: number): string {
  if (messages === 0) return 'is empty';
  const age = oldestAt === undefined ? '' : `, the oldest received ${formatDuration(now - oldestAt)} ago`;
  return `holds ${messages === 1 ? '1 message' : `${messages} messages`}, ${formatBytes(bytes)}${age}`;
}

function notHere(directory: string): string {
  return `The spool's directory ${directory} is not on this machine: relay_spool_messages of each ingest's metrics says what it holds.`;
}
