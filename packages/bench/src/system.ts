/** What a system is set up for. Concurrency is how many deliveries may be in flight to a subscriber. */
export interface Setting {
  readonly redisUrl: string;
  readonly endpoints: number;
  readonly subscribers: readonly { readonly name: string; readonly url: string; readonly concurrency: number }[];
}

/** One of the two that are compared: its ingest and its worker, each a process of its own. */
export interface System {
  readonly name: string;
  /** Resolves once it takes callbacks. */
  startIngest(setting: Setting): Promise<Ingest>;
  /** Resolves once it delivers. */
  startWorker(setting: Setting): Promise<Service>;
}

export interface Service {
  readonly pid: number;
  stop(): Promise<void>;
}

export interface Ingest extends Service {
  /** The endpoints' URLs. */
  readonly targets: readonly string[];
}
