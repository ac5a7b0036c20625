import type { Cluster, Redis } from 'ioredis';

/**
 * So often it asks to listen, in ms, also while it hears: a cluster tells nobody that names come from another node from now
 * on, nor that this one does not tell them.
 */
const askAgainMs = 5_000;

interface ListenOptions {
  /** One that does not subscribe again by itself. */
  readonly redis: Redis | Cluster;
  readonly channel: string;
  readonly onName: (name: string) => void;
  /** Names may have been missed. */
  readonly onAnything: () => void;
  /** Told once whenever Redis does not let it listen any more. */
  readonly onDeaf: (error: unknown) => void;
}

/** Hears what is said on a channel, over every loss of the connection. */
export function listen({ redis, channel, onName, onAnything, onDeaf }: ListenOptions): { close(): void } {
  let hears = false;
  let said = false;
  redis.on('message', (_channel: string, name: string) => onName(name));
  redis.on('ready', askAnew);
  const timer = setInterval(askAgain, askAgainMs);
  if (redis.status === 'ready') askAnew();

  function askAnew(): void {
    hears = false;
    void ask();
  }

  async function ask(): Promise<void> {
    const heard = hears;
    try {
      await redis.subscribe(channel);
      hears = true;
      said = false;
    } catch (error) {
      hears = false;
      // The connection is lost: it asks again at the next look, or when there is another.
      if (!(error instanceof Error && error.name === 'ReplyError')) return;
      if (!said) onDeaf(error);
      said = true;
    }
    if (!heard) onAnything();
  }

  function askAgain(): void {
    if (redis.status === 'ready') void ask();
  }

  return {
    close() {
      clearInterval(timer);
      redis.disconnect();
    },
  };
}
