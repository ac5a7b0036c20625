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

export function refusals(posted: Posted): number {
  return posted.statuses.length - accepted(posted).length;
}
