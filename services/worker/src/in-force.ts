import type { Configuration } from '@relay/config';
import type { Presence } from '@relay/journal';
import { fingerprintsOf } from '@relay/routing';

export interface InForce {
  /** This one is in force now. */
  put(configuration: Configuration): void;
  /** Writes it down, unless that has been done. Rejects when Redis does not take it; then it is still to be done. */
  write(): Promise<void>;
}

/** What `relay plan` compares with. Of several workers the one that was last has the last word. */
export function createInForce(presence: Pick<Presence, 'noteInForce'>): InForce {
  let wanted: Configuration | undefined;
  return {
    put(configuration) {
      wanted = configuration;
    },
    async write() {
      const writing = wanted;
      if (writing === undefined) return;
      await presence.noteInForce((salt) => fingerprintsOf(writing, salt));
      if (wanted === writing) wanted = undefined;
    },
  };
}
