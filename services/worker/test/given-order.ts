import type { Subscriber } from '@relay/core';
import type { Receiver } from '@relay/testkit';
import { configuration, subscriber } from './given.ts';

/** What a message says of itself, in the shape that its source reads. */
export interface Said {
  readonly number: number;
  readonly devices: readonly string[];
}

export function bodyOf(number: number, ...devices: readonly string[]): string {
  return JSON.stringify({ number, deviceIds: devices.map((id) => ({ id, kind: 'iccid' })) });
}

export function saidIn(body: Buffer): Said {
  const { number, deviceIds } = JSON.parse(body.toString()) as { number: number; deviceIds: { id: string }[] };
  return { number, devices: deviceIds.map(({ id }) => id) };
}

export function numbersOf({ received }: Receiver): number[] {
  return received.map(({ body }) => saidIn(body).number);
}

export function inOrder(receiver: Receiver, order: 'endpoint' | 'device', changes: Partial<Subscriber> = {}) {
  return configuration([subscriber(receiver.url, { order, ...changes })]);
}
