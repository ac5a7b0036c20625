import { type RedisOptions, type RunningRedis, startRedis } from '@relay/testkit';
import { Redis } from 'ioredis';
import { type Front, startFront } from './front.ts';
import { createPart, type Part, type Service } from './part.ts';

export interface WholeRelayOptions {
  /** Default one. */
  readonly ingests?: number;
  /** Default one. */
  readonly workers?: number;
  /** Default: an append-only file that is synced always, as production has it. */
  readonly redis?: RedisOptions;
  /** As they stand in relay.yaml. */
  readonly endpoints: readonly object[];
  readonly subscribers: readonly object[];
  /** Ends the waiting for what has been started; then it rejects. */
  readonly stopping?: AbortSignal | undefined;
}

/** All of the relay on this machine, as users run it: what is broken in it is broken from outside. */
export interface WholeRelay extends AsyncDisposable {
  /** Takes callbacks, for whichever ingest is there. */
  readonly front: Pick<Front, 'port'>;
  readonly redis: RunningRedis;
  /** To look into Redis past every fault of the parts' ways. */
  readonly client: Redis;
  readonly ingests: readonly Part[];
  readonly workers: readonly Part[];
  /** Ingests and workers. */
  readonly parts: readonly Part[];
}

/** A Redis that is away unintendedly would be waited for without end. */
const commandTimeout = 15_000;

/** Starts it, and waits until it takes callbacks and forwards them. */
export async function startWholeRelay(options: WholeRelayOptions): Promise<WholeRelay> {
  const { ingests: ingestCount = 1, workers: workerCount = 1, endpoints, subscribers, stopping } = options;
  await using opening = new AsyncDisposableStack();
  const redis = opening.adopt(await startRedis(options.redis ?? { appendFsync: 'always' }), (started) =>
    started.stop(),
  );
  const client = opening.adopt(new Redis(redis.url, { maxRetriesPerRequest: null, commandTimeout }), (opened) =>
    opened.disconnect(),
  );
  client.on('error', () => {}); // it is away whenever it is meant to be

  async function createParts(service: Service, count: number): Promise<Part[]> {
    const parts: Part[] = [];
    for (let number = 1; number <= count; number += 1) {
      const name = `${service}-${number}`;
      const part = await createPart({ service, name, redisPort: redis.port, endpoints, subscribers, stopping });
      parts.push(opening.adopt(part, (created) => created.dispose()));
    }
    return parts;
  }

  const ingests = await createParts('ingest', ingestCount);
  const workers = await createParts('worker', workerCount);
  const parts = [...ingests, ...workers];
  await Promise.all(parts.map((part) => part.start()));
  await Promise.all(parts.map((part) => part.untilReady()));
  const front = opening.adopt(await startFront(ingests.map(({ port }) => port)), (started) => started.close());
  const everything = opening.move();
  return {
    front,
    redis,
    client,
    ingests,
    workers,
    parts,
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}
