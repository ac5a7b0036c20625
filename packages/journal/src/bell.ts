import type { RedisConnection } from './connect.ts';
import { bellChannel } from './keys.ts';

/** However quiet it is, everything is looked through this often, in ms: a ring may get lost with a connection. */
const lookAnywayMs = 5_000;

export interface BellOptions {
  /** A connection for this bell alone; one that does not subscribe again by itself. */
  readonly redis: RedisConnection;
  /** This endpoint has something new. */
  readonly onRing: (endpoint: string) => void;
  /** Any endpoint may have something new. */
  readonly onAnything: () => void;
  /** Told once whenever Redis does not let it listen any more; then everything is only looked through now and then. */
  readonly onDeaf?: (error: unknown) => void;
}

/** Hears of every endpoint that keeps something, over one connection however many subscribers and endpoints there are. */
export function createBell({ redis, onRing, onAnything, onDeaf }: BellOptions) {
  let hears = false;
  let said = false;
  redis.on('message', (_channel: string, endpoint: string) => onRing(endpoint));
  redis.on('ready', listenAnew);
  const timer = setInterval(lookAnyway, lookAnywayMs);
  if (redis.status === 'ready') listenAnew();

  function listenAnew(): void {
    hears = false;
    void listen();
  }

  /** Rings for everything if rings may have been lost. */
  async function listen(): Promise<void> {
    const heard = hears;
    try {
      await redis.subscribe(bellChannel);
      hears = true;
      said = false;
    } catch (error) {
      hears = false;
      // The connection is lost: it listens again at the next look, or when there is another.
      if (!(error instanceof Error && error.name === 'ReplyError')) return;
      if (!said) onDeaf?.(error);
      said = true;
    }
    if (!heard) onAnything();
  }

  /** Listens again although it hears: a cluster tells nobody that another node rings from now on, nor that this one does not. */
  function lookAnyway(): void {
    if (redis.status === 'ready') void listen();
    onAnything();
  }

  return {
    close(): void {
      clearInterval(timer);
      redis.disconnect();
    },
  };
}
