import * as z from 'zod';
import { isEveryAddress } from './address-range.ts';
import { addressRange, block, duration, host, port, size, text, wants } from './declare.ts';
import { declareEndpoint } from './declare-endpoint.ts';
import { declareListener, publicUrl } from './declare-listener.ts';
import { declareNetwork } from './declare-network.ts';
import { declareRedis } from './declare-redis.ts';
import { declareSubscriber } from './declare-subscriber.ts';
import type { Environment } from './interpolate.ts';
import type { ReadSecret } from './secret.ts';

export type Declared = z.output<ReturnType<typeof declareConfiguration>>;

/** What the environment can say of where the relay runs, for a file that does not. */
export interface Surroundings {
  readonly redis: string;
  readonly operationsHost: string;
}

const usualSurroundings: Surroundings = { redis: 'redis://127.0.0.1:6379', operationsHost: '127.0.0.1' };

export function surroundingsFrom({ REDIS_URL, RELAY_OPERATIONS_HOST }: Environment): Surroundings {
  return {
    redis: REDIS_URL || usualSurroundings.redis,
    operationsHost: RELAY_OPERATIONS_HOST || usualSurroundings.operationsHost,
  };
}

/** The one declaration of relay.yaml: what is parsed, what editors are told, and, by its descriptions, what a key means. */
export function declareConfiguration(readSecret: ReadSecret, { redis: redisUrl, operationsHost } = usualSurroundings) {
  return block({
    redis: declareRedis(readSecret, redisUrl),
    retention: duration({ min: '1m', max: '365d' })
      .prefault('3d')
      .describe('How long messages stay in the log. What a subscriber still needs stays longer.'),
    network: declareNetwork()
      .prefault({})
      .describe('Which addresses subscribers may have, where they say nothing of their own.'),
    ingest: declareIngest(readSecret, operationsHost).prefault({}).describe('The service that receives callbacks.'),
    worker: block({
      operations: operations({ host: operationsHost, port: 9465 })
        .prefault({})
        .describe('Where the worker answers /live, /ready and /metrics.'),
    })
      .prefault({})
      .describe('The service that forwards messages.'),
    endpoints: z.array(declareEndpoint(readSecret)).describe('The URLs registered with vendors.'),
    subscribers: z.array(declareSubscriber(readSecret)).describe('The downstream URLs that want messages.'),
  });
}

function declareIngest(readSecret: ReadSecret, operationsHost: string) {
  return block({
    publicUrl: publicUrl().optional().describe('What vendors are told: the URL in front of the endpoints’ paths.'),
    listeners: z
      .array(declareListener(readSecret))
      .min(1, { error: wants('must not be an empty list: callbacks need a port') })
      .prefault([{}])
      .describe('Where callbacks are taken.'),
    trustProxy: z
      .array(
        addressRange().refine((range) => !isEveryAddress(range), {
          error: wants('must not be a range of every address: then anybody could say where a callback comes from'),
        }),
      )
      .default([])
      .describe('Addresses and ranges of proxies whose X-Forwarded-For is believed.'),
    maxBody: size({ min: '1KiB', max: '64MiB' }).prefault('1MiB').describe('The largest callback that is taken.'),
    spool: block({
      directory: text()
        .prefault('.relay/spool')
        .describe('Their folder, for one ingest alone; a relative path begins at the working directory.'),
      max: size({ min: '1MiB', max: '1024GiB' }).prefault('1GiB').describe('So much they may hold.'),
    })
      .prefault({})
      .describe('Files on local disk that take messages while Redis does not.'),
    operations: operations({ host: operationsHost, port: 9464 })
      .prefault({})
      .describe('Where ingest answers /live, /ready and /metrics.'),
  });
}

function operations(usual: { readonly host: string; readonly port: number }) {
  return block({
    host: host()
      .prefault(usual.host)
      .describe('Address to listen on. Left out, RELAY_OPERATIONS_HOST in the environment says it.'),
    port: port().default(usual.port).describe('Port to listen on; 0 takes any that is free.'),
  });
}
