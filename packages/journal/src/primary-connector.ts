import { type Redis, SentinelConnector } from 'ioredis';
import { tolerateFailing } from './tolerate-failing.ts';

/** Private to ioredis. */
interface ToSentinels {
  connectToSentinel(...asked: unknown[]): Redis;
}

/**
 * Finds the primary through the sentinels. ioredis goes on listening for failovers on behalf of a connection that is lost
 * while it makes the next one, and one that is told just then ends the client for good: so that listening ends first.
 * A class, since ioredis makes it itself.
 */
export class PrimaryConnector extends SentinelConnector {
  constructor(options: unknown) {
    super(options as ConstructorParameters<typeof SentinelConnector>[0]);
    const toSentinels = this as unknown as ToSentinels;
    const connectToSentinel = toSentinels.connectToSentinel.bind(this);
    toSentinels.connectToSentinel = (...asked) => {
      const sentinel = connectToSentinel(...asked);
      // A connection to a sentinel that is made anew listens again, and may time out.
      tolerateFailing(sentinel, 'subscribe');
      return sentinel;
    };
  }

  override connect(...args: Parameters<SentinelConnector['connect']>): ReturnType<SentinelConnector['connect']> {
    this.disconnect();
    return super.connect(...args);
  }
}
