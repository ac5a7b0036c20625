import { randomBytes } from 'node:crypto';
import { constants, hostname, setPriority } from 'node:os';
import { env, exit, pid } from 'node:process';
import { isDeepStrictEqual } from 'node:util';
import {
  type Configuration,
  type ConfigurationWatch,
  describeMistakes,
  loadConfiguration,
  watchConfiguration,
} from '@relay/config';
import { createDelivery } from '@relay/delivery';
import { createHolds } from '@relay/holds';
import {
  createBell,
  createJournal,
  createPresence,
  describeNodeTrouble,
  describeTrouble,
  type Returned,
} from '@relay/journal';
import {
  adoptConsole,
  createDampedLog,
  createLog,
  createOperations,
  createWorkerMetrics,
  describeListenError,
} from '@relay/metrics';
import { createPace } from '@relay/pace';
import { createRetries } from '@relay/retries';
import manifest from '../package.json' with { type: 'json' };
import { createWorker } from './app.ts';
import { createClaimWait } from './claim-wait.ts';
import { createConnections } from './connections.ts';
import { readiness } from './health.ts';
import { createOutage } from './outage.ts';
import { createPayloads } from './payloads.ts';

/** Over the longest attempt, in ms: time to settle what it came to. */
const settleWithinMs = 5_000;
/** Over that: time to hand back the rest and to tidy up. */
const goAnywayMs = 5_000;

const path = env.RELAY_CONFIG ?? 'relay.yaml';
const loaded = await loadConfiguration(path, env);
if ('mistakes' in loaded) {
  console.error(describeMistakes(loaded.mistakes));
  exit(2);
}

let configuration: Configuration = loaded.configuration;
let applied = false;
let going = false;
let watch: ConfigurationWatch | undefined;
const log = createLog({ service: 'worker', level: env.LOG_LEVEL });
adoptConsole(log);
// What ingest cannot take in time is lost; what it has taken can wait. So where they share a machine, ingest goes first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const metrics = createWorkerMetrics();
const damped = createDampedLog(log);
const outage = createOutage({ metrics, log: damped });
const claimWait = createClaimWait();
const consumer = `${hostname()}-${pid}-${randomBytes(3).toString('hex')}`;

const { redis, ...hearing } = createConnections(configuration.redis, {
  outage,
  claimWait,
  metrics,
  log,
  onReached: () => worker.reached(),
});
/** What rings or changes things, to be closed first. */
const opened: { close(): void }[] = [];
const payloads = createPayloads();
const threads = Number(env.UV_THREADPOOL_SIZE) || undefined;
const http = createDelivery({ userAgentVersion: manifest.version, threads, ...payloads });

const journal = createJournal({
  redis,
  consumer,
  retentionMs: () => configuration.retentionMs,
  onNode: sayNode,
  onReturned: sayReturned,
});

const worker = createWorker({
  journal,
  presence: createPresence({ redis, journal }),
  http,
  decode: payloads.decode,
  metrics,
  pace: createPace({
    redis,
    onTrouble: (error) => damped.error({ reason: describeTrouble(error) }, 'pace.unknown'),
  }),
  createRetries: (onAlarm) => createRetries({ redis, onAlarm, onError: () => undefined }),
  createHolds: (onChange) => createHolds({ redis, hearing: hearing.holds, onChange, onDeaf: sayDeaf('holds.deaf') }),
  outage,
  log,
  damped,
  mayClaim: claimWait.mayClaim,
});

const operations = createOperations({
  ...configuration.worker.operations,
  metrics,
  ready: () => readiness({ outage, applied }),
});
const address = await operations.listen().catch((error: unknown) => {
  console.error(`worker: ${describeListenError(error, configuration.worker.operations, 'worker.operations')}`);
  exit(1);
});

process.on('SIGTERM', () => void shutDown());
process.on('SIGINT', () => void shutDown());
process.on('SIGHUP', () => void watch?.reload());

await apply(configuration);
if (!going) follow();

function follow(): void {
  watch = watchConfiguration({
    path,
    environment: env,
    current: configuration,
    onChange: apply,
    onMistakes(mistakes) {
      metrics.configuration({ applied: false, at: Date.now() });
      log.error({ reason: describeMistakes(mistakes) }, 'configuration.rejected');
    },
  });
  opened.push(
    createBell({
      redis: hearing.bell,
      onRing: worker.ring,
      onAnything: worker.ringAll,
      onDeaf: sayDeaf('bell.deaf'),
    }),
    watch,
  );
  log.info({ operations: `http://${address.address}:${address.port}`, consumer }, 'worker.started');
}

async function apply(next: Configuration): Promise<void> {
  warnOfRestart(next);
  payloads.learn(next.endpoints);
  if (!(await worker.apply(next))) return;
  configuration = next;
  http.keepOnly(next.subscribers);
  applied = true;
  metrics.configuration({ applied: true, at: Date.now() });
  log.info({ endpoints: next.endpoints.length, subscribers: next.subscribers.length }, 'configuration.applied');
}

/** What a running worker cannot change about itself. */
function warnOfRestart({ redis: place, worker: { operations } }: Configuration): void {
  const keys = [];
  if (!isDeepStrictEqual(place, configuration.redis)) keys.push('redis');
  if (!isDeepStrictEqual(operations, configuration.worker.operations)) keys.push('worker.operations');
  if (keys.length > 0) log.warn({ keys, reason: 'a change of these needs a restart' }, 'configuration.needs-restart');
}

/** Nothing is heard over one of the connections that listen; what it would have told is looked up in rounds. */
function sayDeaf(message: 'bell.deaf' | 'holds.deaf'): (error: unknown) => void {
  return (error) => log.error({ reason: describeTrouble(error) }, message);
}

/** What is discarded is always said. */
function sayReturned(returned: Returned): void {
  log.info(returned, 'cursor.returned');
}

/** A node of a cluster is away, or there again; what the others have goes on. */
function sayNode(node: string, error?: unknown): void {
  if (error === undefined) damped.info({ node }, 'redis.node-reached');
  else damped.error({ node, reason: describeNodeTrouble(node, error) }, 'redis.node-away');
}

async function shutDown(): Promise<void> {
  if (going) exit(1);
  going = true;
  for (const each of opened) each.close();
  const withinMs = worker.longestTimeoutMs() + settleWithinMs;
  setTimeout(() => exit(1), withinMs + goAnywayMs).unref();
  log.info({ withinMs }, 'worker.stopping');
  const handedBack = await worker.stop({ withinMs, settleWithinMs });
  await operations.close();
  damped.close();
  log.flush(() => exit(handedBack ? 0 : 1));
}
