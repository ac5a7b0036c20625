import { format } from 'node:util';
import type { Logger } from 'pino';
import { createDampedLog } from './damped-log.ts';

/**
 * What libraries warn of on the console goes into the log instead: whoever reads that expects nothing but JSON lines. All of
 * it is about Redis, at each of several connections, so it is damped.
 */
export function adoptConsole(log: Logger): void {
  const damped = createDampedLog(log);
  console.warn = (...words: unknown[]) => {
    damped.warn({ reason: format(...words).replace(/^\[\w+\] /, '') }, 'redis.warning');
  };
}
