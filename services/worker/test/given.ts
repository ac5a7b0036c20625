import { randomBytes } from 'node:crypto';
import type { Configuration } from '@relay/config';
import type { Endpoint, Message, Signing, Subscriber } from '@relay/core';

export function endpoint(name = 'carrier'): Endpoint {
  return {
    name,
    source: 'thingspace',
    path: `/${name}`,
    account: '0000000001-00001',
    service: undefined,
    verify: { credentials: [], allow: [] },
    dedupMs: 3_600_000,
  };
}

export function subscriber(url: string, changes: Partial<Subscriber> = {}): Subscriber {
  return {
    name: 'billing',
    url,
    endpoints: ['carrier'],
    from: { kind: 'now' },
    timeoutMs: 30_000,
    concurrency: 16,
    retry: { scheduleMs: [50], maxAgeMs: 86_400_000, jitter: 0.2, giveUpOn: [[410, 410]] },
    method: 'POST',
    wheres: {},
    resume: false,
    connectTimeoutMs: 5_000,
    network: { allowPrivate: true, deny: [], allow: [] },
    headers: {},
    payload: 'raw',
    redact: false,
    ...changes,
  };
}

const anyPort = { host: '127.0.0.1', port: 0 };

export function configuration(subscribers: readonly Subscriber[], endpoints = [endpoint()]): Configuration {
  return {
    redis: { url: '', replicas: 0, fsync: false },
    retentionMs: 86_400_000,
    network: { allowPrivate: true, deny: [], allow: [] },
    ingest: {
      publicUrl: undefined,
      listeners: [],
      trustProxy: [],
      maxBodyBytes: 1_048_576,
      spool: { directory: '/nowhere', maxBytes: 1_073_741_824 },
      operations: anyPort,
    },
    worker: { operations: anyPort },
    endpoints,
    subscribers,
  };
}

export function message(body: string | Buffer, changes: Partial<Message> = {}): Message {
  return {
    body: Buffer.from(body),
    contentType: 'application/json',
    receivedAt: Date.now(),
    digest: randomBytes(32),
    vendorAttempt: undefined,
    facts: { devices: [] },
    ...changes,
  };
}

/** As Standard Webhooks signs. */
export function signedWith(...secrets: Buffer[]): Signing {
  return { kind: 'standard-webhooks', secrets, privateKeys: [] };
}
