import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from '@relay/config';
import { connectFast, createJournal, describeNodeTrouble } from '@relay/journal';
import { createDampedLog, createIngestMetrics, createOperations, describeListenError } from '@relay/metrics';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
import { createAside } from './aside.ts';
import { createBodyRoom } from './body-room.ts';
import { createDiskWatch } from './disk-watch.ts';
import { createDrain } from './drain.ts';
import { readiness } from './health.ts';
import { createInForce } from './in-force.ts';
import { createWaysIntoLog } from './into-log.ts';
import { createKeepOrSpool, type Spooling } from './keep-or-spool.ts';
import { createListeners } from './listeners.ts';
import { createMemoryWatch } from './memory-watch.ts';
import { createPlacesOf } from './places.ts';
import { createReceive } from './receive.ts';
import { createRedisWatch } from './redis-watch.ts';
import { createRefuse } from './refuse.ts';
import { createSpoolWatch } from './spool-watch.ts';
import { openSpools } from './spools.ts';

/** The service: takes callbacks and keeps them. */
export interface Ingest {
  /** Resolves when it listens, whether Redis is there or not. Rejects with a sentence for people when a port cannot be had. */
  listen(): Promise<{ readonly listeners: readonly AddressInfo[]; readonly operations: AddressInfo }>;
  /** Brings another configuration into force. Rejects when that cannot be; the old one stays. */
  change(configuration: Configuration): Promise<void>;
  /** A configuration was turned down before it came to this; the old one stays. */
  turnDown(reasons: string): void;
  /** Takes no more connections, answers what came in, then ends. */
  close(): Promise<void>;
  /** Lets `close` wait for nothing but what came in. */
  hurry(): void;
}

export interface IngestOptions {
  readonly configuration: Configuration;
  readonly log: Logger;
  /** So much of bodies may be held at once, in bytes. */
  readonly bodyRoomBytes?: number;
}

/** For bodies that requests under way hold together in this process: connections cost nothing to open, memory does. */
const roomBytes = 256 * 1024 * 1024;

/** Rejects with a sentence for people when the spool cannot be used. */
export async function createIngest(options: IngestOptions): Promise<Ingest> {
  const { configuration, log, bodyRoomBytes = roomBytes } = options;
  const damped = createDampedLog(log);
  const metrics = createIngestMetrics();
  const spools = await openSpools(configuration.ingest.spool, log);
  const { spool, asides } = spools;
  const { maxBytes } = configuration.ingest.spool;
  metrics.showSpool({
    maxBytes,
    depth: spool.depth,
    aside: () => asides.depth().messages,
    diskTakes: () => spoolWatch.diskTakes(),
    diskFreeBytes: () => diskWatch.freeBytes(),
  });
  const spoolWatch = createSpoolWatch({ depth: spool.depth, log: damped });
  const diskWatch = createDiskWatch({ spool, maxBytes, spoolWatch, log: damped });
  const asideWatch = createSpoolWatch({ depth: asides.depth, log: damped });
  const redis = connectFast({
    ...configuration.redis,
    name: 'relay-ingest',
    onReady: () => redisWatch.connected(),
    onOutage: (error) => redisWatch.lost(error),
  });
  const prove = () => journal.prove(inForce.current().endpoints.map(({ name }) => name));
  const redisWatch = createRedisWatch({ redis, prove, metrics, log: damped });
  const retentionMs = () => inForce.current().retentionMs;
  const journal = createJournal({
    redis,
    consumer: 'ingest',
    retentionMs,
    copies: configuration.redis,
    onNode(node, error) {
      if (error === undefined) damped.info({ node }, 'redis.node-reached');
      else damped.error({ node, reason: describeNodeTrouble(node, error) }, 'redis.node-away');
    },
    onReturned: (returned) => log.info(returned, 'cursor.returned'),
  });

  const memoryWatch = createMemoryWatch({ memory: journal.memory, metrics, log: damped });

  const redisTakes = () => inForce.applied() && redisWatch.takes();
  const logTakes = (endpoint: string) =>
    redisTakes() && journal.reachable(endpoint) && !memoryWatch.isNearlyFull(endpoint);
  const someLogTakes = () => {
    const { endpoints } = inForce.current();
    return endpoints.length === 0 ? redisTakes() && journal.reachable() : endpoints.some(({ name }) => logTakes(name));
  };
  const dedupMs = (endpoint: string) => inForce.current().endpoints.find(({ name }) => name === endpoint)?.dedupMs;
  const createIntoLog = createWaysIntoLog({ journal, dedupMs, redisWatch });
  const aside = createAside({ asides, maxBytes, createIntoLog, logTakes, spoolWatch: asideWatch, log: damped });
  const intoLog = createIntoLog();
  const drain = createDrain({ spool, aside, intoLog, logTakes, someLogTakes, spoolWatch, log: damped });
  const spoolFor = (endpoint: string): Spooling =>
    aside.has(endpoint) ? { append: aside.append, spoolWatch: asideWatch } : { append: spool.append, spoolWatch };
  const { keep } = journal;
  const applied = () => inForce.applied();
  const keepOrSpool = createKeepOrSpool({
    keep,
    logTakes,
    applied,
    spoolFor,
    onSpooled: drain.wake,
    redisWatch,
  });
  const refuse = createRefuse({ metrics, log });
  const receive = createReceive({ keepOrSpool, metrics, refuse, log });
  const bodyRoom = createBodyRoom(bodyRoomBytes);
  const placesOf = createPlacesOf();
  const placesNow = () => placesOf(inForce.current());
  const createHandle = (next: Configuration) =>
    createApp({ configuration: next, places: placesOf(next), placesNow, bodyRoom, receive, refuse });
  const listeners = createListeners({ metrics });
  const onApplied = () => {
    drain.takeBack();
    drain.wake();
  };
  const inForce = createInForce({
    first: configuration,
    journal,
    listeners,
    createHandle,
    redisWatch,
    metrics,
    onApplied,
    log,
  });
  const ready = () => readiness({ inForce, listeners, redisWatch, memoryWatch, spool, spoolWatch, diskWatch });
  const operations = createOperations({ ...configuration.ingest.operations, metrics, ready });

  return {
    async listen() {
      const address = await operations.listen().catch((error: unknown) => {
        throw new Error(describeListenError(error, configuration.ingest.operations, 'ingest.operations'));
      });
      await inForce.start();
      return { listeners: listeners.addresses(), operations: address };
    },
    async change(next) {
      warnOfRestart(configuration, next, log);
      await inForce.change(next);
    },
    turnDown: inForce.turnDown,
    async close() {
      inForce.close();
      await listeners.close();
      await drain.close();
      redisWatch.close();
      memoryWatch.close();
      await diskWatch.close();
      journal.close();
      redis.disconnect();
      damped.close();
      await spools.close();
      await operations.close();
    },
    hurry: listeners.hurry,
  };
}

/** What a running service cannot change about itself. */
function warnOfRestart(running: Configuration, next: Configuration, log: Logger): void {
  const { operations, spool } = next.ingest;
  const keys = [];
  if (!isDeepStrictEqual(next.redis, running.redis)) keys.push('redis');
  if (!isDeepStrictEqual(operations, running.ingest.operations)) keys.push('ingest.operations');
  if (!isDeepStrictEqual(spool, running.ingest.spool)) keys.push('ingest.spool');
  if (keys.length > 0) log.warn({ keys, reason: 'a change of these needs a restart' }, 'configuration.needs-restart');
}
