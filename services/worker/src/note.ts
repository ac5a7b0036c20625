import type { Configuration } from '@relay/config';
import type { Journal } from '@relay/journal';
import { fingerprintsOf } from '@relay/routing';

export interface Note {
  /** This one is in force now. */
  put(configuration: Configuration): void;
  /** Writes it down, unless that has been done. Rejects when Redis does not take it; then it is still to be done. */
  write(): Promise<void>;
}

/** What `relay plan` compares with. Of several workers the one that was last has the last word. */
export function createNote(journal: Pick<Journal, 'noteInForce'>): Note {
  let wanted: Configuration | undefined;
  return {
    put(configuration) {
      wanted = configuration;
    },
    async write() {
      const writing = wanted;
      if (writing === undefined) return;
      await journal.noteInForce((salt) => fingerprintsOf(writing, salt));
      if (wanted === writing) wanted = undefined;
    },
  };
}
