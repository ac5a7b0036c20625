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
  let open: ReadonlyMap<string, Listener> = new Map();
  const closing = new Set<Promise<void>>();

  async function listen(addresses: readonly Address[]): Promise<void> {
    const wanted = new Set(addresses.map(keyOf));
    const opened = await openAll(addresses.filter((address) => !open.has(keyOf(address))));
    for (const [key, listener] of open) if (!wanted.has(key)) close(listener);
    open = new Map([...[...open].filter(([key]) => wanted.has(key)), ...opened]);
  }

  async function openAll(addresses: readonly Address[]): Promise<ReadonlyMap<string, Listener>> {
    const opened = new Map<string, Listener>();
    try {
      for (const address of addresses) opened.set(keyOf(address), await openListener(address, handle));
      return opened;
    } catch (error) {
      await Promise.all([...opened.values()].map((listener) => listener.close()));
      throw error;
    }
  }

  function close(listener: Listener): void {
    const closed = listener.close().finally(() => closing.delete(closed));
    closing.add(closed);
  }

  return {
    listen,
    addresses: () => [...open.values()].map(({ address }) => address),
    async close() {
      for (const listener of open.values()) close(listener);
      open = new Map();
      await Promise.all(closing);
    },
  };
}

function keyOf({ host, port }: Address): string {
  return `${host}:${port}`;
}
