import type { Message } from '@relay/core';
import type { SpoolRecord } from '../src/index.ts';

/** The record's name is its token. */
export function recordOf(name: string, changes: Partial<Message> = {}): SpoolRecord {
  return { endpoint: 'carrier', token: name, messages: [messageOf(name, changes)] };
}

function messageOf(name: string, changes: Partial<Message>): Message {
  return {
    body: Buffer.from(`{"name":"${name}"}`),
    contentType: 'application/json',
    receivedAt: 1_000,
    digest: Buffer.alloc(32, name),
    vendorAttempt: 1,
    facts: { devices: [] },
    ...changes,
  };
}
