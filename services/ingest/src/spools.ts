import { join } from 'node:path';
import type { Configuration } from '@relay/config';
import { openSpool, type Spool } from '@relay/spool';
import type { Logger } from 'pino';

/** Ingest's messages on local disk. */
export interface Spools {
  /** While Redis does not take them. */
  readonly spool: Spool;
  /** While the log of their endpoint does not take them, and others take theirs. */
  readonly aside: Spool;
  close(): Promise<void>;
}

/** Rejects with a sentence for people when one cannot be used; nothing on disk is deleted then. */
export async function openSpools(settings: Configuration['ingest']['spool'], log: Logger): Promise<Spools> {
  const onTrouble = (error: Error) => log.error({ reason: error.message }, 'spool.trouble');
  const { directory, maxBytes } = settings;
  const spool = await openSpool({ directory, maxBytes, onTrouble });
  try {
    const aside = await openSpool({ directory: join(directory, 'aside'), maxBytes, onTrouble });
    const close = async () => {
      await spool.close();
      await aside.close();
    };
    return { spool, aside, close };
  } catch (error) {
    await spool.close();
    throw error;
  }
}
