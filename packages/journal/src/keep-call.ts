import type { EntryId, Message } from '@relay/core';
import { encodeMetadata } from './entry.ts';
import { writeShortHash } from './short-hash.ts';

export interface KeepItem {
  readonly endpoint: string;
  readonly message: Message;
  /** Tells our own repetition of a keep from another callback. */
  readonly token: string;
}

/** What the script says of one message; without an entry its endpoint has no log yet. */
export interface KeepAnswer {
  readonly entry: EntryId | undefined;
  readonly fresh: boolean;
}

/** Look-ups per message: a correlation id and so many devices. */
const mostLookUps = 32;
const digestBytes = 12;
const lookUpBytes = 8;
const factsBytes = 7 + digestBytes;

/** A message as the script takes it: its facts in one buffer, since every argument costs on the way. See keep.lua. */
export function encodeItem(
  { message, token }: KeepItem,
  endpointNumber: number,
): [facts: Buffer, metadata: string, body: Buffer] {
  const lookUps = lookUpsOf(message);
  const facts = Buffer.allocUnsafe(factsBytes + lookUps.length * lookUpBytes);
  writeShortHash(token, facts, 3); // its first half stays, the digest is written over the rest
  facts.writeUInt16BE(endpointNumber, 0);
  facts[2] = Math.min(message.vendorAttempt ?? 0, 255);
  message.digest.copy(facts, 7, 0, digestBytes);
  lookUps.forEach((value, i) => {
    writeShortHash(value, facts, factsBytes + i * lookUpBytes);
  });
  return [facts, encodeMetadata(message), message.body];
}

function lookUpsOf({ facts: { correlationId, devices } }: Message): readonly string[] {
  const values = devices.slice(0, mostLookUps - 1).map(({ id }) => id);
  if (correlationId !== undefined) values.push(correlationId);
  return values;
}

/** `+<entry>` new, `=<entry>` seen before, `-` no log; one word per message. */
export function decodeAnswers(reply: Buffer): KeepAnswer[] {
  return reply
    .toString('latin1')
    .split(' ')
    .map((word) => ({ entry: word === '-' ? undefined : (word.slice(1) as EntryId), fresh: word.startsWith('+') }));
}
