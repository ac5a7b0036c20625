/** What a system is set up for. Concurrency is how many deliveries may be in flight to a subscriber. */
export interface Setting {
  readonly redisUrl: string;
  /** That must have a message before it counts as kept; 0: none need have. */
  readonly replicas: number;
  readonly endpoints: number;
  readonly subscribers: readonly Subscriber[];
}

export interface Subscriber {
  readonly name: string;
  readonly url: string;
  readonly concurrency: number;
  /** Default: the system's own. */
  readonly retry?: { readonly schedule: readonly string[] };
  readonly breaker?: 'off' | { readonly probes: readonly string[] };
  /** Default: in any order. */
  readonly ordered?: true | { readonly by: 'device' };
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
