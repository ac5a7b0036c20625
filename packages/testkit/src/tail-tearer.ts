import { appendFileSync, globSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';

/** Half a command, as a write that a power cut interrupts leaves it. */
const half = '*3\r\n$3\r\nSET\r\n$10\r\ntorn';

/** Finds the append-only file that a Redis (7 or later) writes to now; answers what tears its tail once it is dead. */
export async function tailTearer(client: Pick<Redis, 'config'>): Promise<() => void> {
  const settings = (await client.config('GET', 'append*', 'dir')) as string[];
  const settingOf = (name: string) => settings[settings.indexOf(name) + 1] ?? '';
  const folder = join(settingOf('dir'), settingOf('appenddirname'));
  // There are two of them while it rewrites.
  const files = globSync(`${settingOf('appendfilename')}.*.incr.aof`, { cwd: folder });
  const file = files.toSorted((one, other) => numberOf(one) - numberOf(other)).at(-1);
  if (file === undefined) throw new Error(`There is no append-only file in ${folder}`);
  return () => appendFileSync(join(folder, file), half);
}

function numberOf(file: string): number {
  return Number(/\.(\d+)\.incr\.aof$/.exec(file)?.[1]);
}
