import type { RedisConnection } from './connect.ts';

const probeEveryMs = 200;

/**
 * Knows whether Redis takes commands, so that an outage costs each caller microseconds and not a time-out. After a
 * failure Redis counts as away until a probe has come back. Asks for a connection whose commands time out.
 */
export function createReachability(redis: RedisConnection) {
  let away = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  async function probe(): Promise<void> {
    timer = undefined;
    const answered = await redis.ping().then(
      () => true,
      () => false,
    );
    if (answered) away = false;
    else schedule();
  }

  function schedule(): void {
    if (closed) return;
    timer ??= setTimeout(() => void probe(), probeEveryMs);
  }

  return {
    reachable: () => !away && redis.status === 'ready',
    failed(error: unknown): void {
      if (!isOutage(error)) return;
      away = true;
      schedule();
    },
    close(): void {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** An error that Redis itself answered for one script says nothing about the next; silence does. */
function isOutage(error: unknown): boolean {
  return !(error instanceof Error && error.name === 'ReplyError');
}
