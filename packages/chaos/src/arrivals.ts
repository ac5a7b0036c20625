/** A delivery as it came to a subscriber. Times are epoch ms. */
export interface Arrival {
  readonly subscriber: string;
  /** Of the callback, from the body. */
  readonly id: string;
  /** Of its bytes. */
  readonly digest: string;
  /** The `webhook-id`. */
  readonly message: string;
  readonly attempt: number;
  readonly at: number;
  /** The answer it got; 0 when it got none. */
  readonly status: number;
  /** When it was answered, or broke off. */
  readonly endedAt: number;
}

export function isDelivered({ status }: Pick<Arrival, 'status'>): boolean {
  return status >= 200 && status < 300;
}
