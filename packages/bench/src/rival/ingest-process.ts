// The rival's ingest: a job per subscriber, in a queue per subscriber, before the vendor is answered.
import { Queue } from 'bullmq';
import express, { type Request } from 'express';
import { Redis } from 'ioredis';
import { settingOf } from './setting.ts';

const { redisUrl, port, subscribers } = settingOf(process.argv);
const connection = new Redis(redisUrl, { maxRetriesPerRequest: 1 }).setMaxListeners(0);
const defaultJobOptions = { attempts: 10, backoff: { type: 'exponential', delay: 5_000 }, removeOnComplete: true };
const queues = subscribers.map(({ name }) => new Queue(name, { connection, defaultJobOptions }));

const app = express().disable('x-powered-by').disable('etag');
app.post('/callbacks', express.raw({ type: () => true, limit: '1mb' }), async (request: Request, response) => {
  const job = { body: request.body.toString(), contentType: request.get('content-type') };
  await Promise.all(queues.map((queue) => queue.add('callback', job)));
  response.writeHead(200, { 'content-length': 0 }).end();
});

await Promise.all(queues.map((queue) => queue.waitUntilReady()));
app.listen(port, '127.0.0.1', () => console.log('ready'));
