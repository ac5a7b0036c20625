import type { Cluster, Redis } from 'ioredis';

/** After Redis did not let it listen, in ms. */
const askAgainMs = 5_000;

interface ListenOptions {
  readonly redis: Redis | Cluster;
  readonly channel: string;
  readonly onName: (name: string) => void;
  /** Names may have been missed: the connection is new. */
  readonly onAnything: () => void;
  readonly onDeaf: (error: unknown) => void;
}

/** Hears what is said on a channel, over every loss of the connection. */
export function listen({ redis, channel, onName, onAnything, onDeaf }: ListenOptions): { close(): void } {
  let listening = false;
  let said = false;
  redis.on('message', (_channel: string, name: string) => onName(name));
  redis.on('ready', onAnything);
  const timer = setInterval(askAgain, askAgainMs);
  void ask();

  async function ask(): Promise<void> {
    try {
      await redis.subscribe(channel);
      listening = true;
      onAnything();
    } catch (error) {
      if (!said) onDeaf(error);
      said = true;
    }
  }

  function askAgain(): void {
    if (!listening && redis.status === 'ready') void ask();
  }

  return {
    close() {
      said = true;
      clearInterval(timer);
      redis.disconnect();
    },
  };
}
