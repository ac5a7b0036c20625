import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import type { Endpoint } from '@relay/core';
import { connectFast, createJournal, type Journal } from '@relay/journal';
import { planLogs } from '@relay/routing';
import type { SpoolRecord } from '@relay/spool';
import { startRedis, temporaryFolder } from '@relay/testkit';
import { pino } from 'pino';
import { createAside } from '../src/aside.ts';
import { createDrain } from '../src/drain.ts';
import { createWaysIntoLog } from '../src/into-log.ts';
import { openSpools, type Spools } from '../src/spools.ts';
import { createToken, untried } from '../src/token.ts';
import { billing, carrier, configurationOf, reader } from './station.ts';

export const usage: Endpoint = { ...carrier, name: 'thingspace-usage', path: '/thingspace/usage' };

const log = pino({ enabled: false });
const watch = { failed: () => '', drained: () => {} };

export interface DrainChanges {
  readonly logTakes?: (endpoint: string) => boolean;
  /** What of the journal is to be done in another way. */
  readonly changed?: (journal: Journal) => Partial<Pick<Journal, 'keep' | 'holds'>>;
  readonly asides?: (asides: Spools['asides']) => Spools['asides'];
}

/** A drain on spools of its own, with the logs of two endpoints to bring them into. */
export async function givenDrain(t: TestContext, { logTakes = () => true, changed, asides }: DrainChanges = {}) {
  const redis = await startRedis();
  t.after(() => redis.stop());
  const connection = connectFast({ url: redis.url, name: 'drain' });
  t.after(() => connection.disconnect());
  await once(connection, 'ready');
  const journal = createJournal({ redis: connection, consumer: 'drain', retentionMs: () => 86_400_000 });
  t.after(journal.close);
  const endpoints = [carrier, usage];
  const subscribers = [{ ...billing, endpoints: endpoints.map(({ name }) => name) }];
  await journal.apply(planLogs(configurationOf(redis.url, { endpoints, subscribers })));
  const maxBytes = 1_048_576;
  const spools = await openSpools({ directory: temporaryFolder(), maxBytes }, log);
  t.after(spools.close);
  const createIntoLog = createWaysIntoLog({
    journal: { ...journal, ...changed?.(journal) },
    dedupMs: () => carrier.dedupMs,
    redisWatch: { failed: () => {} },
  });
  const aside = createAside({
    asides: asides?.(spools.asides) ?? spools.asides,
    maxBytes,
    createIntoLog,
    logTakes,
    spoolWatch: watch,
    log,
  });
  const { spool } = spools;
  const intoLog = createIntoLog();
  const drain = createDrain({ spool, aside, intoLog, logTakes, someLogTakes: () => true, spoolWatch: watch, log });
  t.after(drain.close);
  return { ...reader(t, redis.url), spools, drain };
}

let made = 0;

/** A record that Redis was never asked to keep, unlike all others. */
export function recordOf(endpoint: string, { ageMs = 0 } = {}): SpoolRecord {
  made += 1;
  const body = Buffer.from(String(made));
  const message = {
    body,
    contentType: undefined,
    receivedAt: Date.now() - ageMs,
    digest: createHash('sha256').update(body).digest(),
    vendorAttempt: undefined,
    facts: { devices: [] },
  };
  return { endpoint, messages: [message], token: untried(createToken()) };
}
