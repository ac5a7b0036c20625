import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Configuration, ListenerPlan } from '@relay/config';
import { usualGraceMs } from './supervise.ts';

/** A process that `relay up` runs; they end in the order in which they are listed. */
export interface Service {
  readonly name: string;
  readonly args: readonly string[];
  /** Answers 200 once it is ready; undefined for one that is ready at once. */
  readonly readyUrl: string | undefined;
  /** What it has begun is finished by then. */
  readonly graceMs: number;
}

/** What services see beside the environment of `relay up`, which goes before it. */
export const serviceEnvironment = {
  // Half of these threads look names up, and a name whose server is silent keeps one busy; the other half has disks to wait for.
  UV_THREADPOOL_SIZE: '64',
} as const;

const root = join(import.meta.dirname, '../../..');
const loopback = ['127.0.0.1', 'localhost', '[::1]'];

export function servicesFor({ ingest, worker, subscribers }: Configuration): readonly Service[] {
  return [
    {
      name: 'ingest',
      args: [join(root, 'services/ingest/src/main.ts')],
      readyUrl: readyUrl(ingest.operations),
      graceMs: usualGraceMs,
    },
    {
      name: 'worker',
      args: [join(root, 'services/worker/src/main.ts')],
      readyUrl: readyUrl(worker.operations),
      graceMs: Math.max(...subscribers.map(({ timeoutMs }) => timeoutMs), 0) + usualGraceMs,
    },
    ...demoPorts(subscribers).map((port) => ({
      name: 'demo',
      args: [join(import.meta.dirname, 'main.ts'), 'demo', '--port', port],
      readyUrl: undefined,
      graceMs: usualGraceMs,
    })),
  ];
}

/** An address to listen on as one to connect to. */
export function reachable({ host, port, tls }: Omit<ListenerPlan, 'endpoints'>): string {
  const address = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `${tls ? 'https' : 'http'}://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

function readyUrl(operations: Configuration['worker']['operations']): string {
  return `${reachable(operations)}/ready`;
}

/** Subscribers called `demo-…` on this machine are there to be looked at: somebody has to listen. */
function demoPorts(subscribers: Configuration['subscribers']): string[] {
  const urls = subscribers.filter(({ name }) => name.startsWith('demo-')).map(({ url }) => new URL(url));
  const here = urls.filter(({ protocol, hostname }) => protocol === 'http:' && loopback.includes(hostname));
  return [...new Set(here.map(({ port }) => port || '80'))];
}
