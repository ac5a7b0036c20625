import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type Comparison, compare, fanOut, idle } from '../src/comparison.ts';
import { rival } from '../src/rival.ts';
import type { Setting, System } from '../src/system.ts';
import { tableOf } from '../src/table.ts';
import type { Sizes, Trial } from '../src/trial.ts';

const tiny: Sizes = {
  warmUpMs: 50,
  acceptMs: 100,
  deliveries: 60,
  leastBacklog: 20,
  leastLoad: 20,
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
    'accepted/s, worker stopped',
    'accepted/s, all running',
    'Redis bytes per waiting message',
    'deliveries/s, from a backlog',
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
  assert.equal(lost, 4);
  assert.equal(repeated, 2);
});

test('the sides are measured in turns within each round, and the one that was first is second in the next', async () => {
  const turns: string[] = [];
  const measured =
    (phase: string) =>
    async ({ system, round }: Trial) => {
      turns.push(`${round} ${phase} ${system.name}`);
      return {};
    };
  const side = (name: string) => ({ name, system: { ...rival, name }, endpoints: 1, subscribers: 1, perSecond: 0 });
  const measures = { accept: measured('accept'), deliver: measured('deliver') };
  await run({ title: 'turns', sides: [side('a'), side('b')], measures, rounds: 2 });
  assert.deepEqual(turns, [
    '1 accept a',
    '1 accept b',
    '1 deliver a',
    '1 deliver b',
    '2 accept b',
    '2 accept a',
    '2 deliver b',
    '2 deliver a',
  ]);
});

/** Forwards at once, but drops one callback of the backlog and one of the load, and sends another twice. */
async function careless(): Promise<System> {
  async function startIngest({ subscribers }: Setting) {
    let count = 0;
    const forward = async (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      count += 1;
      const times = { 3: 0, 4: 2, 35: 0 }[count] ?? 1;
      for (const { url } of subscribers) {
        for (let time = 0; time < times; time++) await (await fetch(url, { method: 'POST', body })).text();
      }
      response.writeHead(200).end();
    };
    const server = createServer((request, response) => void forward(request, response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const stop = async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    };
    return { pid: process.pid, stop, targets: [`http://127.0.0.1:${(server.address() as AddressInfo).port}/`] };
  }
  return { name: 'careless', startIngest, startWorker: async () => ({ pid: process.pid, stop: async () => {} }) };
}
