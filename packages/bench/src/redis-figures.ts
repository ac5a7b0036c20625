import { eventually } from '@relay/testkit';
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

/** Waits until a killed Redis would come back with all that it has answered: nothing of it waits for the append-only file. */
export async function untilWritten(client: Redis): Promise<void> {
  await eventually('the append-only file has everything', async () => {
    const waiting = /^aof_buffer_length:(\d+)/m.exec(await client.info('persistence'))?.[1];
    return waiting === undefined || waiting === '0';
  });
}
