import { once } from 'node:events';
import { resolve } from 'node:path';
import { styleText } from 'node:util';
import type { Configuration } from '@relay/config';
import { allReady } from './all-ready.ts';
import { asksForRedis, openConfiguration } from './configuration.ts';
import { type ExitCode, exitCodes, Failure } from './failure.ts';
import { createGuard } from './guard.ts';
import { formatLine } from './log-line.ts';
import { type OwnRedis, startOwnRedis } from './own-redis.ts';
import { configurationFile, type Place } from './place.ts';
import { type Service, serviceEnvironment, servicesFor } from './services.ts';
import { type Ending, type Supervised, supervise } from './supervise.ts';
import { waiting, welcome } from './welcome.ts';

export interface UpOptions {
  readonly place: Place;
  readonly file: string | undefined;
  readonly stopping: AbortSignal;
}

/** Runs the whole relay until it is told to stop: each service a process of its own, and a Redis when nobody names one. */
export async function up({ place, file, stopping }: UpOptions): Promise<void> {
  const path = resolve(place.folder, configurationFile(place, file));
  const needsRedis = await asksForRedis(place, path);
  const running: Supervised[] = [];
  const guard = createGuard();
  const watch = () => guard.watch(running.map(({ pid }) => pid));
  const say = (name: string) => (line: string) => console.log(formatLine(name, line));

  try {
    const redis = needsRedis ? await startOwnRedis(place, { say: say('redis'), onProcess: watch }) : undefined;
    if (redis) running.push(redis);
    const environment = { ...place.environment, RELAY_CONFIG: path, ...(redis && { REDIS_URL: redis.url }) };
    const configuration = await openConfiguration({ ...place, environment }, path);
    await runServices({ configuration, environment, redis, running, watch, say, stopping });
  } finally {
    // Nothing new comes in, then what is there goes out, then the log closes.
    for (const each of running) await each.stop();
    guard.release();
  }
}

interface Running {
  readonly configuration: Configuration;
  readonly environment: Place['environment'];
  readonly redis: OwnRedis | undefined;
  /** In the order in which they are to end; services come before Redis. */
  readonly running: Supervised[];
  readonly watch: () => void;
  readonly say: (name: string) => (line: string) => void;
  readonly stopping: AbortSignal;
}

async function runServices({
  configuration,
  environment,
  redis,
  running,
  watch,
  say,
  stopping,
}: Running): Promise<void> {
  const failing = new AbortController();
  let ready = false;
  const startAgain =
    ({ name }: Service) =>
    (how: Ending, afterMs: number) => {
      if (ready) say(name)(styleText('yellow', `ended (${how}), starts again in ${afterMs} ms`));
      else failing.abort(new Failure(`${name} ended (${how}) before it was ready.`, exitCodeOf(how)));
      return ready;
    };
  const services = servicesFor(configuration);
  const started = services.map((service) =>
    supervise({
      command: process.execPath,
      args: service.args,
      environment: { ...serviceEnvironment, ...environment },
      onLine: say(service.name),
      onProcess: watch,
      graceMs: service.graceMs,
      onKill: () => say(service.name)(styleText('yellow', 'had not ended in time, was killed')),
      startAgain: startAgain(service),
    }),
  );
  running.unshift(...started);
  watch();

  ready = await allReady({
    services,
    giveUp: AbortSignal.any([stopping, failing.signal]),
    onSpooling: () => console.log(waiting(configuration)),
  });
  failing.signal.throwIfAborted();
  if (!ready) return;
  console.log(welcome(configuration, redis));
  if (!stopping.aborted) await once(stopping, 'abort');
}

function exitCodeOf(how: Ending): ExitCode {
  return how === exitCodes.wrongUse ? exitCodes.wrongUse : exitCodes.failed;
}
