import type { RedisConnection } from './connect.ts';
import { bellChannel } from './keys.ts';

/** However quiet it is, everything is looked through this often, in ms: a ring may get lost with a connection. */
const lookAnywayMs = 5_000;

export interface BellOptions {
  /** A connection for this bell alone. */
  readonly redis: RedisConnection;
  /** This endpoint has something new. */
  readonly onRing: (endpoint: string) => void;
  /** Any endpoint may have something new. */
  readonly onAnything: () => void;
  /** Told once when Redis does not let it listen; then everything is only looked through now and then. */
  readonly onDeaf?: (error: unknown) => void;
}

/** Hears of every endpoint that keeps something, over one connection however many subscribers and endpoints there are. */
export function createBell({ redis, onRing, onAnything, onDeaf }: BellOptions) {
  let listening = false;
  let said = false;
  redis.on('message', (_channel: string, endpoint: string) => onRing(endpoint));
  redis.on('ready', onAnything);
  const timer = setInterval(lookAnyway, lookAnywayMs);
  void listen();

  async function listen(): Promise<void> {
    try {
      await redis.subscribe(bellChannel);
      listening = true;
      onAnything();
    } catch (error) {
      if (!said) onDeaf?.(error);
      said = true;
    }
  }

  function lookAnyway(): void {
    if (!listening && redis.status === 'ready') void listen();
    onAnything();
  }

  return {
    close(): void {
      said = true;
      clearInterval(timer);
      redis.disconnect();
    },
  };
}
