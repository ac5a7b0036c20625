import { type RefusalCode, refusals } from '@relay/core';
import { Counter, Gauge, Histogram } from 'prom-client';
import { createRegistry, createServiceMetrics, type ServiceMetrics } from './service-metrics.ts';

export interface IngestMetrics extends ServiceMetrics {
  /** A request was answered. */
  received(request: ReceivedRequest): void;
  /** Shows the endpoint's series from 0, so that `rate()` sees its first callback. */
  expectEndpoint(endpoint: string): void;
  /** Removes the endpoint's series. */
  forgetEndpoint(endpoint: string): void;
  /** Shows these certificates, and no others. */
  certificates(shown: readonly ShownCertificate[]): void;
  /** A connection to this listener did not become a secure one. */
  handshakeFailed(listener: string): void;
  /** Shows this spool, as it is at each scrape. */
  showSpool(spool: ShownSpool): void;
}

export interface ShownSpool {
  readonly maxBytes: number;
  /** `oldestAt` in epoch ms; undefined when there is no message. */
  readonly depth: () => { readonly messages: number; readonly bytes: number; readonly oldestAt: number | undefined };
  /** Messages put aside, since the log of their endpoint does not take them. */
  readonly aside: () => number;
  /** Whether the disk under it takes writes. */
  readonly diskTakes: () => boolean;
  /** What that disk has left. */
  readonly diskFreeBytes: () => number;
}

/** What an https listener shows to those who connect. */
export interface ShownCertificate {
  /** `host:port`, as relay.yaml says where to listen. */
  readonly listener: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

export interface ReceivedRequest {
  /** The one that is posted to, or was missed; undefined where there is none, and shown as an empty label. Never a path: the label set is closed. */
  readonly endpoint: string | undefined;
  /** Of each callback in it; one that is refused is refused as a whole. */
  readonly results: readonly ReceivedResult[];
  readonly bytes: number;
  /** From the request's head to the answer. */
  readonly seconds: number;
}

export type ReceivedResult = 'kept' | 'duplicate' | 'spooled' | RefusalCode;

const refusalCodes = Object.keys(refusals) as RefusalCode[];
const receivedResults: readonly ReceivedResult[] = ['kept', 'duplicate', 'spooled', ...refusalCodes];

/** What an endpoint can come to, but for the wrong method, which says nothing of a vendor. Alerts see the first of each. */
const expectedResults = receivedResults.filter((result) => result !== 'method-not-allowed');

/** Vendors give up between 2 s (what they ask for) and 4 s (what was seen), hence the last steps. */
const ackSeconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4];
const bodyBytes = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];

export function createIngestMetrics(): IngestMetrics {
  const registry = createRegistry();
  const registers = [registry];
  const received = new Counter({
    name: 'relay_received_total',
    help: 'Callbacks answered, by endpoint and what became of them',
    labelNames: ['endpoint', 'result'],
    registers,
  });
  const ack = new Histogram({
    name: 'relay_ack_duration_seconds',
    help: 'From the request to its answer, by what became of its first callback',
    labelNames: ['result'],
    buckets: ackSeconds,
    registers,
  });
  const bytes = new Histogram({
    name: 'relay_received_body_bytes',
    help: 'Size of the bodies received',
    buckets: bodyBytes,
    registers,
  });
  for (const result of expectedResults) ack.zero({ result });
  const expires = new Gauge({
    name: 'relay_certificate_expires_timestamp_seconds',
    help: 'When the certificate that an https listener shows, or one that vouches for it, expires',
    labelNames: ['listener'],
    registers,
  });
  const handshakes = new Counter({
    name: 'relay_tls_handshakes_failed_total',
    help: 'Connections to an https listener that did not become secure ones',
    labelNames: ['listener'],
    registers,
  });
  let listeners: readonly string[] = [];
  let spool: ShownSpool | undefined;

  /** Read at each scrape. */
  function spoolGauge(name: string, help: string, read: (shown: ShownSpool) => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(spool === undefined ? 0 : read(spool));
      },
    });
  }
  spoolGauge('relay_spool_messages', 'Messages in the spool', ({ depth }) => depth().messages);
  spoolGauge('relay_spool_bytes', 'Bytes that the spool holds', ({ depth }) => depth().bytes);
  spoolGauge('relay_spool_max_bytes', 'Bytes that the spool may hold', ({ maxBytes }) => maxBytes);
  spoolGauge(
    'relay_spool_oldest_timestamp_seconds',
    'When the oldest message in the spool was received, 0 when there is none',
    ({ depth }) => (depth().oldestAt ?? 0) / 1000,
  );
  spoolGauge(
    'relay_spool_aside_messages',
    'Messages that were put aside, since the log of their endpoint does not take them',
    ({ aside }) => aside(),
  );
  spoolGauge('relay_spool_writable', '1 while the disk under the spool takes writes', ({ diskTakes }) =>
    diskTakes() ? 1 : 0,
  );
  spoolGauge(
    'relay_spool_disk_free_bytes',
    'Bytes that the disk under the spool has left, 0 until it was looked at',
    ({ diskFreeBytes }) => diskFreeBytes(),
  );

  return {
    ...createServiceMetrics(registry),
    received({ endpoint = '', results, bytes: size, seconds }) {
      for (const result of results) received.inc({ endpoint, result });
      ack.observe({ result: results[0] ?? 'kept' }, seconds);
      bytes.observe(size);
    },
    expectEndpoint(endpoint) {
      for (const result of expectedResults) received.inc({ endpoint, result }, 0);
    },
    forgetEndpoint(endpoint) {
      for (const result of receivedResults) received.remove({ endpoint, result });
    },
    certificates(shown) {
      expires.reset();
      for (const { listener, expiresAt } of shown) {
        expires.set({ listener }, expiresAt / 1000);
        handshakes.inc({ listener }, 0);
      }
      const now = shown.map(({ listener }) => listener);
      for (const listener of listeners) if (!now.includes(listener)) handshakes.remove({ listener });
      listeners = now;
    },
    handshakeFailed(listener) {
      // One that is just being closed has no series any more.
      if (listeners.includes(listener)) handshakes.inc({ listener });
    },
    showSpool(shown) {
      spool = shown;
    },
  };
}
