import { eventually } from '@relay/testkit';
import type { Redis } from 'ioredis';

/** What is faster is not worth a line in Redis' slow log, in µs. */
const slowFromUs = 1_000;

/** Bytes that Redis holds in all, as it counts them itself. */
export async function usedMemory(client: Redis): Promise<number> {
  const memory = await client.info('memory');
  return Number(/^used_memory:(\d+)/m.exec(memory)?.[1]);
}

/** Bytes of the data alone: without what connections and the append-only file hold for a moment. */
export async function dataMemory(client: Redis): Promise<number> {
  const memory = await client.info('memory');
  const bytes = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(memory)?.[1]);
  return bytes('used_memory') - bytes('mem_clients_normal') - bytes('mem_aof_buffer');
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

/** Waits until so many replicas have caught up with what Redis held when they came. */
export async function untilReplicated(client: Redis, replicas: number): Promise<void> {
  await eventually(`${replicas} replicas are online`, async () => {
    const online = (await client.info('replication')).match(/^slave\d+:.*state=online/gm) ?? [];
    return online.length >= replicas;
  });
}

/** Forgets which commands were slow until now. */
export async function watchSlowest(client: Redis): Promise<void> {
  await client.config('SET', 'slowlog-log-slower-than', slowFromUs, 'slowlog-max-len', 1_000);
  await client.slowlog('RESET');
}

/** How long Redis worked on the slowest command since then, in ms: so long it did nothing else. */
export async function slowestMs(client: Redis): Promise<number> {
  const slow = (await client.slowlog('GET', -1)) as [id: number, at: number, us: number][];
  return Math.max(0, ...slow.map(([, , us]) => us)) / 1000;
}
