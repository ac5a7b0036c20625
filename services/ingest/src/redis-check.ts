/** What a check asks of a connection. */
export interface CheckedRedis {
  set(key: string, value: string, unit: 'PX', ms: number): Promise<unknown>;
  info(section: string): Promise<string>;
}

/** Rejects unless Redis takes writes now: a full one, a replica and one that lost its disk still answer a ping. */
export async function proveWritable(redis: Pick<CheckedRedis, 'set'>): Promise<void> {
  await redis.set('relay:probe', '', 'PX', 60_000);
}
