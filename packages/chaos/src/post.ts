/** What became of a request that a vendor made. */
export interface Post {
  /** Epoch ms at which it was sent. */
  readonly at: number;
  /** From then until the answer, or until it was clear that none would come, ms. */
  readonly ackMs: number;
  /** Of the answer; 0 when there was none. */
  readonly status: number;
  /** Why there was none. */
  readonly trouble: string;
}

export function isAcknowledged({ status }: Pick<Post, 'status'>): boolean {
  return status >= 200 && status < 300;
}

export function isAnswered({ status }: Pick<Post, 'status'>): boolean {
  return status !== 0;
}
