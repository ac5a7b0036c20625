import { cpSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach } from 'node:test';
import type { Message } from '@relay/core';
import { temporaryFolder } from '@relay/testkit';
import { openSpool, type Spool, type SpoolError, type SpoolRecord } from '../src/index.ts';
import { recordOf } from './records.ts';

export const never = new AbortController().signal;

export interface GivenSpool extends Spool {
  readonly directory: string;
  readonly troubles: readonly SpoolError[];
}

const opened: Spool[] = [];

afterEach(async () => {
  for (const spool of opened.splice(0)) await spool.close();
});

/** A spool in an empty directory or the given one, closed with the test. */
export async function givenSpool({ directory = newDirectory(), maxBytes = 2 ** 30 } = {}): Promise<GivenSpool> {
  const troubles: SpoolError[] = [];
  const spool = await openSpool({ directory, maxBytes, onTrouble: (error) => troubles.push(error) });
  opened.push(spool);
  return { ...spool, directory, troubles };
}

export function newDirectory(): string {
  return join(temporaryFolder(), 'spool');
}

/** What a crash would leave now. Without the lock: closing any handle of it here would let go of it. */
export function crashed(directory: string): string {
  const copy = newDirectory();
  cpSync(directory, copy, { recursive: true, filter: (path) => basename(path) !== 'lock' });
  return copy;
}

/** Appends records of these names one after another. */
export async function appendAll(spool: Spool, names: readonly string[], changes: Partial<Message> = {}): Promise<void> {
  for (const name of names) await spool.append(recordOf(name, changes));
}

/** The names of all that is in it, which is gone then. */
export async function drainAll(spool: Spool): Promise<string[]> {
  return (await recordsOf(spool)).map(({ token }) => token);
}

export async function recordsOf(spool: Spool): Promise<SpoolRecord[]> {
  const records: SpoolRecord[] = [];
  const take = async (record: SpoolRecord) => void records.push(record);
  await spool.drain(take, { atOnce: 4, signal: never });
  return records;
}

/** The names in a directory that somebody may still be using. */
export async function namesIn(directory: string): Promise<string[]> {
  return drainAll(await givenSpool({ directory: crashed(directory) }));
}

/** Paths, oldest first. */
export function segmentsIn(directory: string): string[] {
  return filesIn(directory, '.spool');
}

export function filesIn(directory: string, ending: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(directory, name));
}
