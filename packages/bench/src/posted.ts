/** What became of the callbacks with ids from `firstId` on, each array by id − firstId. */
export interface Posted {
  readonly firstId: number;
  /** Of the answer; 0 where there was none. */
  readonly statuses: Uint16Array;
  /** Shared clock, in ms. */
  readonly sentAt: Float64Array;
  /** From being sent to the end of the answer. */
  readonly ackMs: Float64Array;
}

/** The indexes of those that were answered 2xx: these the system has promised to deliver. */
export function accepted({ statuses }: Posted): number[] {
  const indexes: number[] = [];
  statuses.forEach((status, index) => {
    if (status >= 200 && status < 300) indexes.push(index);
  });
  return indexes;
}

/** The acks that came after `since`, and the time from then to the last of them. */
export function acksSince(since: number, posted: Posted): { acksMs: number[]; seconds: number } {
  const acksMs: number[] = [];
  let lastAt = since;
  for (const index of accepted(posted)) {
    const ms = posted.ackMs[index] ?? Number.NaN;
    const at = (posted.sentAt[index] ?? Number.NaN) + ms;
    if (at < since) continue;
    acksMs.push(ms);
    lastAt = Math.max(lastAt, at);
  }
  return { acksMs, seconds: (lastAt - since) / 1000 };
}

export function refusals(posted: Posted): number {
  return posted.statuses.length - accepted(posted).length;
}
