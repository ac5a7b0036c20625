import { fileURLToPath } from 'node:url';
import { freePort } from '@relay/testkit';
import type { RivalSetting } from './rival/setting.ts';
import { startService, stopService } from './service.ts';
import type { Setting, System } from './system.ts';

/** What most would build first: express, one BullMQ job per subscriber, got. It has one endpoint and verifies nothing. */
export const rival: System = {
  name: 'rival',
  async startIngest(setting) {
    const port = await freePort();
    const service = await start('ingest', { ...setting, port });
    return { ...service, targets: [`http://127.0.0.1:${port}/callbacks`] };
  },
  startWorker: (setting: Setting) => start('worker', { ...setting, port: 0 }),
};

async function start(part: 'ingest' | 'worker', { redisUrl, port, subscribers }: RivalSetting) {
  const script = fileURLToPath(new URL(`./rival/${part}-process.ts`, import.meta.url));
  const setting = JSON.stringify({ redisUrl, port, subscribers } satisfies RivalSetting);
  const service = await startService({ args: [script, setting], ready: /^ready$/, env: { NODE_ENV: 'production' } });
  return { pid: service.pid, stop: () => stopService(service) };
}
