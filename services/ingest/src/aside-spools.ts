import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openSpool, type Spool, SpoolError, type SpoolOptions, type SpoolRecord } from '@relay/spool';

/** A spool for each endpoint that has ever needed one, so that nothing of one is in the way of another. */
export interface AsideSpools {
  /** That of this endpoint; opened where it is not yet. Rejects with SpoolError. */
  open(endpoint: string): Promise<Spool>;
  /** By the names of their endpoints. */
  readonly opened: ReadonlyMap<string, Spool>;
  /** Of all of them together. */
  depth(): { readonly messages: number; readonly bytes: number };
  close(): Promise<void>;
}

const movedAtOnce = 64;

/** Each in a folder of the directory, which bears the name of its endpoint. */
export async function openAsideSpools({ directory, ...options }: Omit<SpoolOptions, 'maxBytes'>): Promise<AsideSpools> {
  const opened = new Map<string, Spool>();
  const opening = new Map<string, Promise<Spool>>();

  function open(endpoint: string): Promise<Spool> {
    const known = opening.get(endpoint) ?? openOne(endpoint);
    opening.set(endpoint, known);
    return known;
  }

  async function openOne(endpoint: string): Promise<Spool> {
    try {
      // What comes here was in the spool, or is limited where it comes in.
      const spool = await openSpool({ ...options, directory: join(directory, endpoint), maxBytes: Infinity });
      opened.set(endpoint, spool);
      return spool;
    } catch (error) {
      opening.delete(endpoint);
      throw error;
    }
  }

  async function close(): Promise<void> {
    await Promise.allSettled(opening.values());
    for (const spool of opened.values()) await spool.close();
  }

  /** Versions before this one had a single spool here, for all endpoints. */
  async function sortOut(): Promise<void> {
    const unsorted = await openSpool({ ...options, directory, maxBytes: Infinity });
    const { signal } = new AbortController();
    try {
      const move = async (record: SpoolRecord) => (await open(record.endpoint)).append(record);
      await unsorted.drain(move, { atOnce: movedAtOnce, signal });
      if (unsorted.depth().messages > 0) options.onTrouble?.(new SpoolError('DISK', notMoved(directory)));
    } finally {
      await unsorted.close();
    }
  }

  try {
    await sortOut();
    for (const endpoint of await foldersIn(directory)) await open(endpoint);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    open,
    opened,
    depth() {
      const depths = [...opened.values()].map((spool) => spool.depth());
      return {
        messages: depths.reduce((sum, { messages }) => sum + messages, 0),
        bytes: depths.reduce((sum, { bytes }) => sum + bytes, 0),
      };
    },
    close,
  };
}

async function foldersIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function notMoved(directory: string): string {
  return `What an earlier version has put aside stays in ${directory} until the next start: its disk does not take it in another place`;
}
