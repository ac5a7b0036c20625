import { join } from 'node:path';
import { foldersIn, openSpool, type Spool, type SpoolOptions } from '@relay/spool';

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

  try {
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
