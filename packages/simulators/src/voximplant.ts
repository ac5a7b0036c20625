import type { Draft, DraftOptions } from './draft.ts';
import type { Random } from './random.ts';
import { voximplantContent } from './voximplant-contents.ts';

/** Larger than what the vendor's examples have, and different for each seed. */
const firstIds = 1e12;

/**
 * Voximplant: a list of callbacks in each request, numbered in sequence. Account id and hash are put in later. Whether it
 * sends a request again is not documented.
 */
export function* voximplant(random: Random, { count, batch }: DraftOptions): Iterable<Draft> {
  let id = 1 + random.below(firstIds);
  for (let turn = 0; turn < count; turn += 1) {
    const callbacks = Array.from({ length: 1 + random.below(batch) }, () => callback(id++, random));
    const body = JSON.stringify({ callbacks });
    const types = callbacks.map(({ type }) => type);
    yield {
      turn,
      keys: callbacks.map(({ callback_id }) => String(callback_id)),
      kind: types.length === 1 ? (types[0] ?? '') : 'several callbacks',
      what: types.join(' + '),
      resent: true,
      afterMs: 0,
      body: () => body,
    };
  }
}

function callback(callback_id: number, random: Random): { callback_id: number; type: string } {
  const { type, members } = voximplantContent(random);
  return {
    callback_id,
    type,
    ...{ account_id: 0, hash: '' },
    ...{ account_name: 'relaytest', account_email: 'ops@example.com', language_code: 'en' },
    ...{ account_first_name: 'Relay', account_last_name: 'Test' },
    ...{ balance: random.below(10_000) / 4, currency: 'USD' },
    ...members,
  };
}
