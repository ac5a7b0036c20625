import assert from 'node:assert/strict';
import { type Endpoint, type Message, type Reading, type Received, type RefusalCode, refusals } from '@relay/core';
import { createSource } from '../../src/index.ts';
import type { Format } from './formats.ts';

/** `first` is in force, `second` follows it, `wrong` never was one. `none`: it is left out. */
export type Secret = 'first' | 'second' | 'wrong' | 'none';

/** What the suite has to know of a vendor. Its bodies are written under the secret `first` where secrets stand in them. */
export interface Vendor {
  /** Takes callbacks under any of these secrets; without any, whatever can be read. */
  endpoint(secrets: readonly Secret[]): Endpoint;
  /** How the vendor sends a body under a secret. Any body is sent, one that is not the vendor's too. */
  request(body: Buffer, secret: Secret): Received;
  /** Names of samples, each another callback. */
  readonly samples: readonly string[];
  readonly format: Format;
  /** A body with this somewhere in it, written in the format; nothing is known of the name it stands under. */
  body(content: string): Buffer;
  /** A body that is about this request, event or whatever it is that makes two callbacks two. */
  identified(digits: string): Buffer;
  /** Its callbacks say which account they are of, so that what the endpoint calls it does not count. */
  readonly namesAccount?: boolean;
  /** Changes what a resend changes. */
  resend?(body: Buffer): Buffer;
  /** Bodies with a name twice where it matters which one counts. */
  readonly repeated: readonly Buffer[];
  /** What becomes of a body changed on its way: whoever signs less than all of it cannot tell. */
  readonly tampered: 'refused' | 'another message' | 'the same message';
  /** What becomes of a body that is not in the format. */
  readonly malformed: 'refused' | 'taken';
  /** What no refusal and no decoded or redacted body may hold. */
  readonly secrets: readonly string[];
  /** Requests that grow in a way only this vendor's do. */
  readonly growing?: Readonly<Record<string, (bytes: number) => Received>>;
}

export function read(vendor: Vendor, received: Received, secrets: readonly Secret[] = ['first']): Reading {
  return createSource(vendor.endpoint(secrets)).read(received);
}

export function messagesOf(reading: Reading): readonly Message[] {
  assert.ok('messages' in reading, `refused: ${JSON.stringify(reading)}`);
  return reading.messages;
}

export function messageOf(reading: Reading): Message {
  const [message, ...others] = messagesOf(reading);
  assert.ok(message !== undefined && others.length === 0, 'one message');
  return message;
}

/** Undefined for messages. A refusal has a known code and quotes nothing. */
export function codeOf(reading: Reading, unspeakable: readonly string[]): RefusalCode | undefined {
  if ('messages' in reading) return undefined;
  const { code, detail } = reading.refusal;
  assert.ok(code in refusals, code);
  assert.ok(detail.length > 0);
  assertHoldsNone(detail, unspeakable);
  return code;
}

export function assertHoldsNone(text: string | Buffer, unspeakable: readonly string[]): void {
  for (const [index, secret] of unspeakable.entries()) assert.ok(!text.includes(secret), `it holds secret ${index}`);
}
