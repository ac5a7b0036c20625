import type { Network, RedisPlan } from '@relay/core';

/** What a configuration says beside its endpoints and subscribers. */
export interface Settings {
  readonly redis: RedisPlan;
  readonly retentionMs: number;
  readonly network: Network;
  readonly ingest: {
    readonly publicUrl: string | undefined;
    readonly listeners: readonly ListenerSettings[];
    readonly trustProxy: readonly string[];
    readonly maxBodyBytes: number;
    readonly spool: { readonly directory: string; readonly maxBytes: number };
    readonly operations: Address;
  };
  readonly worker: { readonly operations: Address };
}

interface Address {
  readonly host: string;
  readonly port: number;
}

interface ListenerSettings extends Address {
  /** With its private key. */
  readonly tls?: unknown;
  readonly endpoints?: readonly string[];
}

/** By key of relay.yaml what may be shown, and what goes into a hash, which may have secrets. */
export function settingsOf({ redis, retentionMs, network, ingest, worker }: Settings): {
  readonly shown: Readonly<Record<string, unknown>>;
  readonly hashed: Readonly<Record<string, unknown>>;
} {
  const { replicas, fsync, ...place } = redis;
  const { publicUrl, listeners, trustProxy, maxBodyBytes, spool, operations } = ingest;
  return {
    shown: {
      'redis.replicas': replicas,
      'redis.fsync': fsync,
      retention: retentionMs,
      network,
      'ingest.publicUrl': publicUrl,
      'ingest.listeners': listeners.map(({ host, port, tls, endpoints }) => ({
        host,
        port,
        ...(tls !== undefined && { tls: true }),
        ...(endpoints && { endpoints }),
      })),
      'ingest.trustProxy': trustProxy,
      'ingest.maxBody': maxBodyBytes,
      'ingest.spool.directory': spool.directory,
      'ingest.spool.max': spool.maxBytes,
      'ingest.operations': operations,
      'worker.operations': worker.operations,
    },
    hashed: { redis: place, 'ingest.listeners': listeners.map(({ tls }) => tls ?? null) },
  };
}
