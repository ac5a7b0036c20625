import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, freePort, type RunningProcess, temporaryFolder } from '@relay/testkit';
import { credentials } from './callback.ts';
import { startService, stopService } from './service.ts';
import type { Setting, System } from './system.ts';

export type Part = 'ingest' | 'worker';

export interface Profile {
  readonly part: Part;
  /** Where the CPU profiles go. */
  readonly folder: string;
}

/** The relay, started from its main.ts as in production, on a relay.yaml of the bench's. */
export function createOurs(profile?: Profile): System {
  async function start(part: Part, setting: Setting, port: number) {
    const operations = await freePort();
    const configuration = join(temporaryFolder(), 'relay.yaml');
    await writeFile(configuration, configurationOf(setting, { port, operations }));
    const script = fileURLToPath(new URL(`../../../services/${part}/src/main.ts`, import.meta.url));
    const service = await startService({
      args: profile?.part === part ? ['--cpu-prof', `--cpu-prof-dir=${profile.folder}`, script] : [script],
      env: { NODE_ENV: 'production', LOG_LEVEL: 'warn', RELAY_CONFIG: configuration },
    });
    await untilReady(part, service, operations);
    return { pid: service.pid, stop: () => stopService(service) };
  }

  return {
    name: 'ours',
    async startIngest(setting) {
      const port = await freePort();
      const service = await start('ingest', setting, port);
      const targets = endpointsOf(setting).map(({ path }) => `http://127.0.0.1:${port}${path}`);
      return { ...service, targets };
    },
    startWorker: (setting) => start('worker', setting, 0),
  };
}

/** JSON, which is YAML, too. */
function configurationOf(setting: Setting, { port, operations }: { port: number; operations: number }): string {
  return JSON.stringify({
    redis: { url: setting.redisUrl, replicas: setting.replicas },
    ingest: {
      listeners: port === 0 ? undefined : [{ host: '127.0.0.1', port }],
      operations: { host: '127.0.0.1', port: operations },
      spool: { directory: temporaryFolder() },
    },
    worker: { operations: { host: '127.0.0.1', port: operations } },
    endpoints: endpointsOf(setting),
    subscribers: setting.subscribers.map(({ concurrency, ...subscriber }) => ({
      ...subscriber,
      // Where messages go out one by one, a concurrency beside it is a mistake.
      ...(subscriber.ordered !== true && { concurrency }),
      receives: ['*'],
    })),
  });
}

function endpointsOf({ endpoints }: Setting) {
  return Array.from({ length: endpoints }, (_, index) => ({
    name: `bench-${index}`,
    source: 'thingspace',
    account: '0000123456-00001',
    service: 'CarrierService',
    path: `/bench/${index}`,
    verify: { credentials: [credentials] },
  }));
}

async function untilReady(part: Part, service: RunningProcess, port: number): Promise<void> {
  let ended = false;
  void service.ended.then(() => {
    ended = true;
  });
  await eventually(`the ${part} is ready`, async () => {
    if (ended) return true;
    const response = await fetch(`http://127.0.0.1:${port}/ready`);
    // Until then ingest would spool what it is posted.
    return response.ok && (part === 'worker' || ((await response.json()) as { keeps: string }).keeps === 'in Redis');
  });
  if (ended) throw new Error(`The ${part} ended before it was ready:\n${service.stderr.join('\n')}`);
}
