import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Address } from '@relay/config';
import { type Listener, openListener } from './listener.ts';

/** The ports that vendors post to. */
export interface Listeners {
  /** Opens what is new, then begins to close what is not among these. Rejects, and changes nothing, when one cannot be had. */
  listen(addresses: readonly Address[]): Promise<void>;
  /** Where it listens now. */
  addresses(): AddressInfo[];
  /** Takes no more requests and resolves once those that came in are answered. */
  close(): Promise<void>;
}

export function createListeners(handle: RequestListener): Listeners {
  const open = new Map<string, Listener>();
  const closing = new Set<Promise<void>>();

  /** What is on a port that another address is to have goes first, and comes back when that cannot be had. */
  async function listen(addresses: readonly Address[]): Promise<void> {
    const wanted = new Set(addresses.map(keyOf));
    const added = addresses.filter((address) => !open.has(keyOf(address)));
    const ports = new Set(added.map(({ port }) => port));
    const removed = [...open].filter(([key]) => !wanted.has(key));
    const inTheWay = removed.filter(([, { address }]) => ports.has(address.port));
    closeAll(inTheWay);
    try {
      await openAll(added.map((address) => [keyOf(address), address]));
    } catch (error) {
      await openAll(inTheWay.map(([key, { address }]) => [key, { host: address.address, port: address.port }]));
      throw error;
    }
    closeAll(removed.filter((entry) => !inTheWay.includes(entry)));
  }

  async function openAll(addresses: readonly (readonly [key: string, Address])[]): Promise<void> {
    const opened = new Map<string, Listener>();
    try {
      for (const [key, address] of addresses) opened.set(key, await openListener(address, handle));
    } catch (error) {
      await Promise.all([...opened.values()].map((listener) => listener.close()));
      throw error;
    }
    for (const [key, listener] of opened) open.set(key, listener);
  }

  /** Their ports are free at once; requests that came in are still answered. */
  function closeAll(listeners: readonly (readonly [key: string, Listener])[]): void {
    for (const [key, listener] of listeners) {
      open.delete(key);
      const closed = listener.close().finally(() => closing.delete(closed));
      closing.add(closed);
    }
  }

  return {
    listen,
    addresses: () => [...open.values()].map(({ address }) => address),
    async close() {
      closeAll([...open]);
      await Promise.all(closing);
    },
  };
}

function keyOf({ host, port }: Address): string {
  return `${host}:${port}`;
}
