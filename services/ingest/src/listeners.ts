import type { AddressInfo } from 'node:net';
import { certificateFault, firstEndOf, type ListenerPlan } from '@relay/config';
import type { IngestMetrics } from '@relay/metrics';
import { type Handle, type Listener, openListener } from './listener.ts';

/** The ports that vendors post to. */
export interface Listeners {
  /**
   * Opens what is new, then, all in one tick, lets what is open go by its new plan and everything hand its requests to
   * `handle`, and begins to close what is not among these. Rejects, and changes nothing, when a port cannot be had or a
   * certificate not be used.
   */
  listen(plans: readonly ListenerPlan[], handle: Handle): Promise<void>;
  /** Where it listens now. */
  addresses(): AddressInfo[];
  /** Takes no more connections; resolves once what came in is answered and the connections at rest are ended, see Listener. */
  close(): Promise<void>;
  /** Ends connections at rest at once from now on. */
  hurry(): void;
}

export interface ListenersOptions {
  readonly metrics: Pick<IngestMetrics, 'certificates' | 'handshakeFailed'>;
}

export function createListeners({ metrics }: ListenersOptions): Listeners {
  const open = new Map<string, Listener>();
  const closing = new Set<Promise<void>>();
  const hurrying = new AbortController();
  const onHandshakeFailed = metrics.handshakeFailed;
  let handleBefore: Handle;
  let closed = false;

  /** What is on a port that another plan is to have goes first, and comes back when that cannot be had. */
  async function listen(plans: readonly ListenerPlan[], handle: Handle): Promise<void> {
    for (const plan of plans) assertCertificate(plan);
    const wanted = new Set(plans.map(keyOf));
    const added = plans.filter((plan) => !open.has(keyOf(plan)));
    const ports = new Set(added.map(({ port }) => port));
    const removed = [...open].filter(([key]) => !wanted.has(key));
    const inTheWay = removed.filter(([, { address }]) => ports.has(address.port));
    await closeAll(inTheWay);
    try {
      await openAll(
        added.map((plan) => [keyOf(plan), plan]),
        handle,
      );
    } catch (error) {
      await openAll(
        inTheWay.map(([key, { plan, address }]) => [key, { ...plan(), port: address.port }]),
        handleBefore,
      );
      throw error;
    }
    handleBefore = handle;
    for (const plan of plans) open.get(keyOf(plan))?.follow(plan, handle);
    // What still comes in over a removed one met a plan that has to be told from the new one's.
    for (const [, listener] of removed) listener.follow(everythingAt(listener.plan()), handle);
    const closed = closeAll(removed.filter((entry) => !inTheWay.includes(entry)));
    metrics.certificates([...open.values()].flatMap(certificateOf));
    await closed;
  }

  async function openAll(plans: readonly (readonly [key: string, ListenerPlan])[], handle: Handle): Promise<void> {
    const opened = new Map<string, Listener>();
    try {
      for (const [key, plan] of plans) opened.set(key, await openListener(plan, { handle, onHandshakeFailed }));
    } catch (error) {
      await Promise.all([...opened.values()].map((listener) => listener.close(hurrying.signal)));
      throw error;
    }
    for (const [key, listener] of opened) open.set(key, listener);
    if (closed) await closeAll([...opened]);
  }

  /** Resolves when their ports are free; requests that came in are still answered. */
  async function closeAll(listeners: readonly (readonly [key: string, Listener])[]): Promise<void> {
    for (const [key, listener] of listeners) {
      open.delete(key);
      const closed = listener.close(hurrying.signal).finally(() => closing.delete(closed));
      closing.add(closed);
    }
    await Promise.all(listeners.map(([, listener]) => listener.stop()));
  }

  return {
    listen,
    addresses: () => [...open.values()].map(({ address }) => address),
    async close() {
      closed = true;
      await closeAll([...open]);
      await Promise.all(closing);
    },
    hurry: () => hurrying.abort(),
  };
}

/** Its endpoints may have other names now. */
function everythingAt({ endpoints: _, ...plan }: ListenerPlan): ListenerPlan {
  return plan;
}

/** A port cannot change between http and https while it is open. */
function keyOf({ host, port, tls }: ListenerPlan): string {
  return `${tls === undefined ? 'http' : 'https'}://${host}:${port}`;
}

function assertCertificate({ host, port, tls }: ListenerPlan): void {
  const fault = tls && certificateFault(tls);
  if (fault !== undefined)
    throw new Error(`the listener on ${host}:${port} cannot show its certificate: tls.${fault.key} ${fault.message}`);
}

function certificateOf({ name, plan }: Listener): { listener: string; expiresAt: number }[] {
  const { tls } = plan();
  return tls === undefined ? [] : [{ listener: name, expiresAt: firstEndOf(tls) }];
}
