import type { EntryId, Settlement } from '@relay/core';
import { createBatched } from './batch.ts';
import { BrokenLogError } from './broken-log.ts';
import { logKey } from './keys.ts';
import { encodeRecord } from './record.ts';
import type { RunScript } from './scripts.ts';

export interface Settling {
  readonly endpoint: string;
  readonly subscriber: string;
  readonly entry: EntryId;
  readonly settlement: Settlement;
}

/** True: counted. False: somebody else had settled the delivery before, and nothing was changed. Rejects with BrokenLogError when its keys are broken. */
export type Settle = (settling: Settling) => Promise<boolean>;

const mostAtOnce = { batches: 2, items: 256, bytes: Number.POSITIVE_INFINITY, sizeOf: () => 0 };
const letters = { skipped: 's', delivered: 'd', open: 'o', dead: 'x' } as const;

/** Settles deliveries, batched over whatever finished meanwhile, in one script per batch. */
export function createSettle(
  run: RunScript,
  retentionMs: () => number,
  groupFor: (endpoint: string) => string,
): Settle {
  const groupOf = ({ endpoint }: Settling) => groupFor(endpoint);
  const batched = createBatched<Settling, number | Buffer>(
    async (settlings) => {
      const endpoints = [...new Set(settlings.map(({ endpoint }) => endpoint))];
      const numbers = new Map(endpoints.map((endpoint, i) => [endpoint, i + 1]));
      const values = settlings.flatMap(({ endpoint, subscriber, entry, settlement }) => [
        numbers.get(endpoint) ?? 0,
        subscriber,
        entry,
        letters[settlement.state],
        settlement.state === 'skipped' ? '' : encodeRecord(settlement),
        settlement.state === 'open' ? Math.round(settlement.dueAt) : 0,
        settlement.state === 'dead' ? settlement.reason : '',
      ]);
      return (await run('relaySettle', endpoints.map(logKey), [retentionMs(), Date.now(), ...values])) as (
        | number
        | Buffer
      )[];
    },
    { ...mostAtOnce, groupOf },
  );

  return async (settling) => {
    const answer = await batched(settling);
    if (typeof answer !== 'number')
      throw new BrokenLogError({ endpoint: settling.endpoint, reason: answer.toString() });
    return answer === 1;
  };
}
