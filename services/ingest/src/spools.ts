import { join } from 'node:path';
import type { Configuration } from '@relay/config';
import { openSpool, type Spool } from '@relay/spool';
import type { Logger } from 'pino';
import { type AsideSpools, openAsideSpools } from './aside-spools.ts';

/** Ingest's messages on local disk. */
export interface Spools {
  /** While Redis does not take them. */
  readonly spool: Spool;
  /** While the log of their endpoint does not take them, and others take theirs. */
  readonly asides: AsideSpools;
  close(): Promise<void>;
}

/** Rejects with a sentence for people when one cannot be used; nothing on disk is deleted then. */
export async function openSpools(settings: Configuration['ingest']['spool'], log: Logger): Promise<Spools> {
  const onTrouble = (error: Error) => log.error({ reason: error.message }, 'spool.trouble');
  const { directory, maxBytes } = settings;
  const spool = await openSpool({ directory, maxBytes, onTrouble });
  try {
    const asides = await openAsideSpools({ directory: join(directory, 'aside'), onTrouble });
    const close = async () => {
      await spool.close();
      await asides.close();
    };
    return { spool, asides, close };
  } catch (error) {
    await spool.close();
    throw error;
  }
}
