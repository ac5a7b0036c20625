import { SentinelConnector } from 'ioredis';

/**
 * Finds the primary through the sentinels. ioredis goes on listening for failovers on behalf of a connection that is lost
 * while it makes the next one, and one that is told just then ends the client for good: so that listening ends first.
 * A class, since ioredis makes it itself.
 */
export class PrimaryConnector extends SentinelConnector {
  constructor(options: unknown) {
    super(options as ConstructorParameters<typeof SentinelConnector>[0]);
  }

  override connect(...args: Parameters<SentinelConnector['connect']>): ReturnType<SentinelConnector['connect']> {
    this.disconnect();
    return super.connect(...args);
  }
}
