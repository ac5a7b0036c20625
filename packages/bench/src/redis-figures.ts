import type { Redis } from 'ioredis';

/** Bytes that Redis holds in all, as it counts them itself. */
export async function usedMemory(client: Redis): Promise<number> {
  const memory = await client.info('memory');
  return Number(/^used_memory:(\d+)/m.exec(memory)?.[1]);
}

/** How many connections others have to it. */
export async function connectionsOfOthers(client: Redis): Promise<number> {
  const list = String(await client.call('CLIENT', 'LIST'));
  return list.trim().split('\n').length - 1;
}
