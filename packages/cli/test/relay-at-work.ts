import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  eventually,
  freePort,
  type Receiver,
  type Request,
  type RunningProcess,
  startProcess,
  startReceiver,
  sum,
} from '@relay/testkit';
import { folderWith, main, type Ran, relay } from './relay.ts';

/** On a cluster of three, each lies on another node. */
const endpoints = ['a', 'b', 'carrier'] as const;
const subscribers = ['steady', 'flaky'] as const;
const postEveryMs = 10;
/** Only so that a broken test ends: each node that was away makes all workers wait anew before they claim. */
const arrivedWithinMs = 180_000;
/** Of the relay's log, where messages are missing. */
const linesTold = 60;
/** Whoever refuses every first attempt would be held by its breaker for ever: while something waits, every probe is a first attempt. */
const retry = 'retry: {schedule: [200ms, 1s]}, breaker: off';

/** `relay up` with two subscribers, of which one refuses every first attempt, and callbacks that come in without an end. */
export interface AtWork {
  readonly up: RunningProcess;
  readonly receivers: Readonly<Record<(typeof subscribers)[number], Receiver>>;
  /** What was answered with a 2xx so far. */
  readonly acknowledged: readonly string[];
  /** The other answers. */
  readonly refused: readonly unknown[];
  /** Until so many more were acknowledged. */
  more(count: number): Promise<void>;
  /** Ends the posting, waits until everything has arrived everywhere, and answers how many came more than once. */
  arrived(): Promise<{ readonly repeated: number }>;
  /** Where a callback posted now would be kept. */
  keeps(): Promise<unknown>;
  command(...args: string[]): Promise<Ran>;
}

/** On this Redis, as it stands in relay.yaml; the server is stopped when the test ends. */
export async function startAtWork(
  t: TestContext,
  redis: string,
  server: { stop(): Promise<unknown> },
): Promise<AtWork> {
  const closing: (() => Promise<unknown>)[] = [() => server.stop()];
  // The newest first: a relay that ends would wait for a Redis that is gone.
  t.after(async () => {
    for (const close of closing.reverse()) await close();
  });
  const receivers = {
    steady: await startReceiver(),
    flaky: await startReceiver(({ headers }) => ({ status: headers['relay-attempt'] === '1' ? 503 : 200 })),
  };
  closing.push(() => Promise.all(Object.values(receivers).map((receiver) => receiver.close())));
  const [port, operations, workerOperations] = [await freePort(), await freePort(), await freePort()];
  const folder = folderWith(`
redis: ${redis}
ingest:
  listeners: [{port: ${port}, host: 127.0.0.1}]
  operations: {port: ${operations}}
worker: {operations: {port: ${workerOperations}}}
endpoints: [${endpoints.map((name) => `{name: ${name}, source: ixc-acs}`).join(', ')}]
subscribers:
${subscribers.map((name) => `  - {name: ${name}, url: "${receivers[name].url}", receives: ["*"], ${retry}}`).join('\n')}
`);
  const command = (...args: string[]) => relay(folder, args);
  const up = await startProcess({ args: [main, 'up'], cwd: folder, ready: /The relay is ready/ });
  closing.push(() => up.stop());
  const posting = startPosting(`http://127.0.0.1:${port}`);
  closing.push(() => posting.stop());

  /** Whatever helps to find out why messages have not arrived. */
  async function tellAbout(missing: readonly string[][]): Promise<string> {
    const { stdout: status } = await command('status', '--json');
    const [first] = missing.flat();
    const { stdout: story } = await command('messages', String(first));
    return [
      ...missing.map((ids, index) => `${subscribers[index]} has not got ${ids.length}: ${ids.slice(0, 5).join(', ')}`),
      ...[status, story, ...up.stdout.slice(-linesTold), ...up.stderr],
    ].join('\n');
  }

  const { acknowledged, refused } = posting;
  return {
    up,
    receivers,
    acknowledged,
    refused,
    async more(count) {
      const enough = acknowledged.length + count;
      await eventually(`${count} more are acknowledged`, () => acknowledged.length >= enough);
    },
    async arrived() {
      await posting.stop();
      assert.deepEqual(refused, []);
      const delivered = () =>
        subscribers.map((name) => receivers[name].received.filter((request) => isTaken(name, request)).map(idOf));
      const missing = () => delivered().map((ids) => [...new Set(acknowledged).difference(new Set(ids))]);
      await eventually('everything has arrived everywhere', () => missing().every((ids) => ids.length === 0), {
        withinMs: arrivedWithinMs,
      }).catch(async (error: Error) => {
        throw new Error(`${error.message}; ${await tellAbout(missing())}`);
      });
      return { repeated: sum(delivered().map((ids) => ids.length - new Set(ids).size)) };
    },
    async keeps() {
      const ready = (await (await fetch(`http://127.0.0.1:${operations}/ready`)).json()) as Record<string, unknown>;
      return ready.keeps;
    },
    command,
  };
}

function startPosting(url: string) {
  const acknowledged: string[] = [];
  const refused: unknown[] = [];
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  let count = 0;

  async function post(id: string, endpoint: string): Promise<void> {
    const body = JSON.stringify({ protocolo: id, router_id: 17, status: 'OK', timestamp: id });
    try {
      const { status } = await fetch(`${url}/${endpoint}`, { method: 'POST', body });
      if (status === 200) acknowledged.push(id);
      else refused.push(status);
    } catch (error) {
      refused.push(error);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      for (const endpoint of endpoints) {
        const posting = post(`${endpoint}-${count}`, endpoint).finally(() => underWay.delete(posting));
        underWay.add(posting);
      }
      count += 1;
      await pause(postEveryMs * endpoints.length, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    acknowledged,
    refused,
    async stop(): Promise<void> {
      stopping.abort();
      await running;
      await Promise.all(underWay);
    },
  };
}

function isTaken(name: (typeof subscribers)[number], { headers }: Request): boolean {
  return name === 'steady' || headers['relay-attempt'] !== '1';
}

function idOf({ body }: Request): string {
  return JSON.parse(body.toString()).protocolo;
}
