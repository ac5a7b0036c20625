import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  eventually,
  freePort,
  type Receiver,
  type Request,
  type RunningProcess,
  type RunningRedis,
  sample,
  startProcess,
  startReceiver,
  startRedis,
  temporaryFolder,
} from '@relay/testkit';

// The whole relay as its users run it: both services as processes, a real Redis that keeps a file, subscribers that are
// healthy, that refuse twice, and that are gone.
const root = join(import.meta.dirname, '../../..');
const folder = temporaryFolder();
const messagesUnderLoad = 300;
const postsAtOnce = 16;

let redis: RunningRedis;
let ingest: RunningProcess;
let worker: RunningProcess;
let steady: Receiver;
let flaky: Receiver;
let gone: Receiver;
let url: string;

before(async () => {
  redis = await startRedis({ appendFsync: 'always' });
  steady = await startReceiver(() => ({ status: 204 }));
  flaky = await startReceiver(({ headers }) => ({ status: Number(headers['relay-attempt']) <= 2 ? 503 : 200 }));
  gone = await startReceiver(() => ({ status: 410 }));
  const port = await freePort();
  url = `http://127.0.0.1:${port}/carrier`;
  writeFileSync(join(folder, 'relay.yaml'), await configuration(port));
  [ingest, worker] = await Promise.all([startService('ingest'), startService('worker')]);
});

after(async () => {
  await Promise.all([ingest?.kill(), worker?.kill()]);
  await Promise.all([steady, flaky, gone].map((receiver) => receiver?.close()));
  await redis?.stop();
});

test('one callback reaches every subscriber byte for byte: at once, after two refusals, and once where it is gone', async () => {
  const { id, body } = callback();
  assert.equal(await post(body), 200);

  await eventually('the flaky one took it', () => about(flaky, id).length === 3);
  await eventually('the others have it', () => about(steady, id).length === 1 && about(gone, id).length === 1);
  const requests = [steady, flaky, gone].flatMap((receiver) => about(receiver, id));
  for (const request of requests) assert.deepEqual(request.body, body);
  assert.equal(new Set(requests.map(({ headers }) => headers['webhook-id'])).size, 1);
});

test('a resend and a wrong password bring nothing to any subscriber, and one that is gone is not tried again', async () => {
  const first = callback();
  const forged = callback({ password: 'guessed' });
  assert.equal(await post(first.body), 200);
  assert.equal(await post(callback({ requestId: first.id, callbackCount: 2 }).body), 200);
  assert.equal(await post(forged.body), 401);

  // What is sent later and has arrived everywhere shows that nothing of the above is still on its way.
  const later = callback();
  assert.equal(await post(later.body), 200);
  await eventually('what was sent later arrived', () => about(flaky, later.id).length === 3);
  await eventually('and everywhere', () => about(steady, later.id).length === 1 && about(gone, later.id).length === 1);
  await eventually('the first one too', () => about(flaky, first.id).length === 3);
  assert.equal(about(steady, first.id).length, 1);
  assert.equal(about(gone, first.id).length, 1);
  for (const receiver of [steady, flaky, gone]) assert.deepEqual(about(receiver, forged.id), []);
});

test('every acknowledged callback arrives everywhere although a worker is killed in the middle of it', async () => {
  const callbacks = Array.from({ length: messagesUnderLoad }, () => callback());
  const unanswered = new Set<Request>();
  const middle = steady.received.length + messagesUnderLoad / 4;
  steady.answer((request, number) => {
    if (number <= middle) return { status: 204 };
    unanswered.add(request);
    return 'hang';
  });
  const posting = postAll(callbacks.map(({ body }) => body));
  await eventually('the worker is in the middle of it', () => unanswered.size > 0);
  await worker.kill();
  steady.answer(() => ({ status: 204 }));
  worker = await startService('worker');
  assert.deepEqual(new Set(await posting), new Set([200]));

  const taken = {
    steady: () => steady.received.filter((request) => !unanswered.has(request)),
    flaky: () => flaky.received.filter(({ headers }) => Number(headers['relay-attempt']) > 2),
    gone: () => gone.received,
  };
  for (const [name, requests] of Object.entries(taken)) {
    await eventually(`all arrived at ${name}`, () => {
      const ids = new Set(requests().map(idOf));
      return callbacks.every(({ id }) => ids.has(id));
    });
  }
  const sent = new Map(callbacks.map(({ id, body }) => [id, body]));
  for (const request of [steady, flaky, gone].flatMap(({ received }) => received)) {
    const body = sent.get(idOf(request));
    if (body) assert.deepEqual(request.body, body);
  }
});

test('in the end the command says that nothing is on its way and what was given up', async () => {
  const kept = messagesUnderLoad + 3;
  const settled = { waiting: 0, inFlight: 0, retrying: 0 };
  await eventually('the ledger adds up', async () => {
    const { subscribers } = JSON.parse(await relay('status', '--json'));
    const shown = subscribers.map(
      ({ subscriber, waiting, inFlight, retrying, delivered, dead }: Record<string, unknown>) => {
        return { subscriber, waiting, inFlight, retrying, delivered, dead };
      },
    );
    assert.deepEqual(shown, [
      { subscriber: 'steady', ...settled, delivered: kept, dead: 0 },
      { subscriber: 'flaky', ...settled, delivered: kept, dead: 0 },
      { subscriber: 'gone', ...settled, delivered: 0, dead: kept },
    ]);
    return true;
  });
});

async function configuration(port: number): Promise<string> {
  const retry = 'retry: {schedule: [100ms, 200ms, 1s], maxAge: 1h}, breaker: off';
  return `
redis: ${redis.url}
ingest:
  listeners: [{port: ${port}, host: 127.0.0.1}]
  operations: {port: ${await freePort()}}
worker:
  operations: {port: ${await freePort()}}
endpoints:
  - name: carrier
    source: thingspace
    account: "0000000001-00001"
    service: CarrierService
    verify: {credentials: [{username: relay, password: right}]}
subscribers:
  - {name: steady, url: "${steady.url}", receives: [carrier]}
  - {name: flaky, url: "${flaky.url}", receives: ["*"], ${retry}}
  - {name: gone, url: "${gone.url}", receives: [carrier], ${retry}}
`;
}

function startService(name: 'ingest' | 'worker'): Promise<RunningProcess> {
  return startProcess({
    args: [join(root, 'services', name, 'src/main.ts')],
    cwd: folder,
    ready: /"configuration.applied"/,
  });
}

async function relay(...args: string[]): Promise<string> {
  const command = await startProcess({ args: [join(root, 'packages/cli/src/main.ts'), ...args], cwd: folder });
  assert.equal(await command.ended, 0, command.stderr.join('\n'));
  return command.stdout.join('\n');
}

/** A genuine callback of its own; the id is its requestId. */
function callback(changes: Record<string, unknown> = {}): { id: string; body: Buffer } {
  const genuine = JSON.parse(sample('thingspace-rest/carrier-activate-success.json').toString());
  const fields = { ...genuine, username: 'relay', password: 'right', requestId: randomUUID(), ...changes };
  return { id: String(fields.requestId), body: Buffer.from(JSON.stringify(fields, undefined, 3)) };
}

async function post(body: Buffer): Promise<number> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  await response.arrayBuffer();
  return response.status;
}

async function postAll(bodies: readonly Buffer[]): Promise<number[]> {
  const statuses: number[] = [];
  const left = [...bodies];
  const vendor = async () => {
    for (let body = left.pop(); body !== undefined; body = left.pop()) statuses.push(await post(body));
  };
  await Promise.all(Array.from({ length: postsAtOnce }, vendor));
  return statuses;
}

function about({ received }: Receiver, id: string): Request[] {
  return received.filter((request) => idOf(request) === id);
}

function idOf({ body }: Request): string {
  return JSON.parse(body.toString()).requestId;
}
