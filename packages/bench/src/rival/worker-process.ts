// The rival's worker: a BullMQ worker per subscriber, and got for the deliveries.
import { Agent } from 'node:http';
import { type Job, Worker } from 'bullmq';
import got from 'got';
import { Redis } from 'ioredis';
import { settingOf } from './setting.ts';

const { redisUrl, subscribers } = settingOf(process.argv);
const connection = new Redis(redisUrl, { maxRetriesPerRequest: null }).setMaxListeners(0);
const client = got.extend({
  agent: { http: new Agent({ keepAlive: true }) },
  headers: { 'accept-encoding': 'identity' },
  timeout: { request: 15_000 },
  retry: { limit: 0 },
  followRedirect: false,
  throwHttpErrors: false,
  decompress: false,
});

const workers = subscribers.map(({ name, url, concurrency }) => {
  return new Worker(name, (job: Job<{ body: string; contentType?: string }>) => deliver(url, job), {
    connection,
    concurrency,
  });
});
await Promise.all(workers.map((worker) => worker.waitUntilReady()));
console.log('ready');

async function deliver(url: string, { id, data }: Job<{ body: string; contentType?: string }>): Promise<void> {
  const headers = { 'content-type': data.contentType ?? 'application/octet-stream', 'webhook-id': id };
  const { ok, statusCode } = await client.post(url, { body: data.body, headers });
  if (!ok) throw new Error(`The subscriber answered ${statusCode}`);
}
