import type { Redis } from 'ioredis';

/** What one Redis says of its append-only file, as far as it lets itself be asked. */
export interface AppendSettings {
  readonly appendonly?: string;
  readonly appendfsync?: string;
}

/** Where settings may not be asked for, only whether there is a file is known. */
export async function readAppendSettings(redis: Redis): Promise<AppendSettings> {
  try {
    const answer = await redis.call('CONFIG', 'GET', 'append*');
    const flat = Array.isArray(answer) ? answer.map(String) : [];
    return Object.fromEntries(flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]]] : [])));
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ReplyError')) throw error;
    const enabled = /^aof_enabled:(\d)/m.exec(await redis.info('persistence'))?.[1];
    return enabled === undefined ? {} : { appendonly: enabled === '0' ? 'no' : 'yes' };
  }
}
