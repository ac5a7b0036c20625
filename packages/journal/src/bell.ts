import type { Redis } from 'ioredis';
import { bellChannel } from './keys.ts';

/** However quiet it is, everything is looked through this often, in ms: a ring may get lost with a connection. */
const lookAnywayMs = 5_000;

export interface BellOptions {
  /** A connection for this bell alone. */
  readonly redis: Redis;
  /** This endpoint has something new. */
  readonly onRing: (endpoint: string) => void;
  /** Any endpoint may have something new. */
  readonly onAnything: () => void;
}

/** Hears of every endpoint that keeps something, over one connection however many subscribers and endpoints there are. */
export function createBell({ redis, onRing, onAnything }: BellOptions) {
  redis.on('message', (_channel: string, endpoint: string) => onRing(endpoint));
  redis.on('ready', onAnything);
  void redis.subscribe(bellChannel).then(onAnything, () => undefined);
  const timer = setInterval(onAnything, lookAnywayMs);
  return {
    close(): void {
      clearInterval(timer);
      redis.disconnect();
    },
  };
}
