import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '@relay/simulators';
import { callbackBody, callbackOfDevice } from './callback.ts';
import { now } from './clock.ts';
import { type Connection, createConnection } from './connection.ts';
import type { Posted } from './posted.ts';

/** How many the bench's closed loops keep busy. */
export const connections = 64;
/** Ends a closed loop whose limit is far. */
export const longestMs = 120_000;

interface Order {
  /** URLs on one host and port, taken in turns. */
  readonly targets: readonly string[];
  readonly firstId: number;
  readonly durationMs: number;
  /** Of each callback; default `bodyBytes` of callback.ts. */
  readonly bodyBytes?: number;
  /** Of so many devices in turn; default: each callback is of its own. */
  readonly devices?: number;
}

export interface ClosedOrder extends Order {
  readonly connections: number;
  /** Ends after so many callbacks, if the time is not up before. */
  readonly limit: number;
}

/** Each connection posts its next callback as soon as the last is answered: as much as the other side takes. */
export async function postClosed(order: ClosedOrder): Promise<Posted> {
  const { durationMs, connections, limit } = order;
  const sheet = createSheet(order);
  const until = now() + durationMs;
  let next = 0;

  async function lane(): Promise<void> {
    const connection = createConnection(sheet.address);
    while (next < limit && now() < until) {
      await sheet.post(connection, next++);
    }
    connection.close();
  }

  await Promise.all(Array.from({ length: connections }, lane));
  return sheet.posted();
}

export interface OpenOrder extends Order {
  readonly perSecond: number;
  readonly seed: number;
}

/**
 * Posts at the rate with random gaps between (a Poisson process) and never waits for an answer first, so that a slow one
 * holds nothing back and all that follows is measured, too.
 */
export async function postOpen(order: OpenOrder): Promise<Posted> {
  const { durationMs, perSecond, seed } = order;
  const sheet = createSheet(order);
  const random = createRandom(seed);
  const free: Connection[] = [];
  const posting: Promise<void>[] = [];
  const startedAt = now();

  async function post(index: number): Promise<void> {
    const connection = free.pop() ?? createConnection(sheet.address);
    await sheet.post(connection, index);
    free.push(connection);
  }

  let dueAt = startedAt;
  while (dueAt < startedAt + durationMs) {
    const aheadMs = dueAt - now();
    if (aheadMs > 0) await pause(aheadMs);
    posting.push(post(posting.length));
    dueAt += (-Math.log(1 - random.fraction()) * 1000) / perSecond;
  }
  await Promise.all(posting);
  for (const connection of free) connection.close();
  return sheet.posted();
}

function createSheet({ targets, firstId, bodyBytes, devices }: Order) {
  const [address] = targets.map(addressOf);
  if (address === undefined) throw new Error('There is nothing to post to');
  const heads = targets.map((target) => headOf(target, callbackBody(firstId, bodyBytes).length));
  const bodyOf = (id: number) =>
    devices === undefined ? callbackBody(id, bodyBytes) : callbackOfDevice(id, devices, bodyBytes);
  const statuses: number[] = [];
  const sentAt: number[] = [];
  const ackMs: number[] = [];

  return {
    address,
    async post(connection: Connection, index: number): Promise<void> {
      const request = heads[index % heads.length] + bodyOf(firstId + index);
      const at = now();
      const status = await connection.exchange(request);
      sentAt[index] = at;
      ackMs[index] = now() - at;
      statuses[index] = status;
    },
    posted(): Posted {
      return {
        firstId,
        statuses: Uint16Array.from(statuses),
        sentAt: Float64Array.from(sentAt),
        ackMs: Float64Array.from(ackMs),
      };
    },
  };
}

function addressOf(target: string): { host: string; port: number } {
  const { hostname, port } = new URL(target);
  return { host: hostname, port: Number(port) };
}

function headOf(target: string, length: number): string {
  const { host, pathname } = new URL(target);
  const lines = [
    `POST ${pathname} HTTP/1.1`,
    `host: ${host}`,
    "user-agent: Verizon's callback service",
    'content-type: application/json',
    `content-length: ${length}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
