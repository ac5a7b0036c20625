// Runs under --expose-gc as a process of its own: an ingest that is posted nothing but bad input, round after round. Says
// how much memory it holds after each round, in bytes.
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { createIngest } from '../src/index.ts';
import { badBodies } from './bad-bodies.ts';
import { misaimed, misframed, misheaded } from './bad-requests.ts';
import { statusesOf } from './raw-connection.ts';
import { configurationOf, post } from './station.ts';
import { readers } from './vendors.ts';

const rounds = 8;
const endpoints = readers.map(({ endpoint }) => endpoint);
const log = pino({ enabled: false });
// Nothing of this comes to Redis.
const ingest = await createIngest({ configuration: configurationOf('redis://127.0.0.1:1', { endpoints }), log });
const { listeners } = await ingest.listen();
const url = `http://127.0.0.1:${listeners[0]?.port}`;
const bomb = gzipSync(Buffer.alloc(100 * 1_048_576));

async function pound(): Promise<void> {
  for (const vendor of readers) {
    const to = url + vendor.endpoint.path;
    for (const body of Object.values(badBodies(vendor))) await (await post(to, body, vendor.headers)).text();
    await (await post(to, bomb, { ...vendor.headers, 'content-encoding': 'gzip' })).text();
  }
  for (const { bytes, hangUp } of [misframed, misaimed, misheaded].flatMap((requests) => Object.values(requests)))
    await statusesOf(url, bytes, { hangUp: hangUp === true });
}

async function heldBytes(): Promise<number> {
  // What is collected in one turn frees more in the next.
  for (let turn = 0; turn < 5; turn += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const held: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  await pound();
  held.push(await heldBytes());
}
ingest.hurry();
await ingest.close();
process.stdout.write(`${JSON.stringify({ held })}\n`);
