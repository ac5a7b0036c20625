import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type Comparison, compare, fanOut, idle } from '../src/comparison.ts';
import { rival } from '../src/rival.ts';
import type { Setting, System } from '../src/system.ts';
import { tableOf } from '../src/table.ts';
import type { Sizes } from '../src/trial.ts';

const tiny: Sizes = {
  warmUpMs: 50,
  acceptMs: 100,
  deliveries: 60,
  leastBacklog: 20,
  steadyMs: 200,
  stallMs: 60_000,
  settleMs: 50,
  idleMs: 50,
};

function run(comparison: Comparison, sizes: Sizes = tiny) {
  const { signal } = new AbortController();
  return compare(comparison, { rounds: 1, fsync: 'off', sizes, signal, onStep: () => {} });
}

test('every callback that the rival accepts reaches every receiver once, and every figure is in the table', async () => {
  const compared = await run(fanOut([rival], 3));
  const figures = compared.sides[0]?.figures ?? {};
  const { lost, repeated, refused, ...measured } = figures;
  assert.deepEqual({ lost, repeated, refused }, { lost: 0, repeated: 0, refused: 0 });
  for (const [name, value] of Object.entries(measured)) {
    assert.ok(Number.isFinite(value) && value >= 0, `${name} is ${value}`);
  }
  const table = tableOf([compared]);
  for (const title of [
    'accepted/s',
    'Redis bytes per waiting message',
    'deliveries/s',
    'receive to delivered p99, ms',
  ]) {
    assert.ok(table.includes(title), title);
  }
});

test('an idle system is measured without a callback', async () => {
  const compared = await run(idle([rival]));
  assert.ok((compared.sides[0]?.figures.redisConnections ?? 0) > 0);
});

test('a delivery that never comes is counted as lost, one that comes twice as repeated', async () => {
  const compared = await run(fanOut([await careless()], 2), { ...tiny, stallMs: 500 });
  const { lost, repeated } = compared.sides[0]?.figures ?? {};
  assert.equal(lost, 2);
  assert.equal(repeated, 2);
});

/** Forwards at once, but drops the third callback and sends the fourth twice. */
async function careless(): Promise<System> {
  async function startIngest({ subscribers }: Setting) {
    let count = 0;
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      count += 1;
      const times = { 3: 0, 4: 2 }[count] ?? 1;
      for (const { url } of subscribers) {
        for (let time = 0; time < times; time++) await (await fetch(url, { method: 'POST', body })).text();
      }
      response.writeHead(200).end();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const stop = async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    };
    return { pid: process.pid, stop, targets: [`http://127.0.0.1:${(server.address() as AddressInfo).port}/`] };
  }
  return { name: 'careless', startIngest, startWorker: async () => ({ pid: process.pid, stop: async () => {} }) };
}
