import type { EntryId, Message } from '@relay/core';
import { encodeMetadata } from './entry.ts';
import { writeShortHash } from './short-hash.ts';

/** What one request brought: all of it is kept in one script, or nothing. */
export interface KeepItem {
  readonly endpoint: string;
  readonly messages: readonly Message[];
  /** Tells our own repetition of a keep from another callback. */
  readonly token: string;
}

/** What the script says of an item: where each of its messages is; nothing while its endpoint has no log yet. */
export interface KeepAnswer {
  readonly kept: readonly KeptPlace[] | undefined;
}

export interface KeptPlace {
  readonly entry: EntryId;
  readonly fresh: boolean;
}

/** Look-ups per message, its correlation id among them. */
const mostLookUps = 32;
/** Of all messages of a request together, as long as each has one: Redis does nothing else while it writes them. */
const mostLookUpsTogether = 4_096;
const digestBytes = 12;
const lookUpBytes = 8;
const factsBytes = 9 + digestBytes;
const mostSeconds = 65_535;

type Argument = Buffer | string;

/** An item as the script takes it: for each message its facts in one buffer, since every argument costs on the way. See keep.lua. */
export function encodeItem({ messages, token }: KeepItem, endpointNumber: number): readonly Argument[] {
  const lookUpsEach = Math.max(1, Math.min(mostLookUps, Math.floor(mostLookUpsTogether / messages.length)));
  return messages.flatMap((message) => [
    encodeFacts(message, lookUpsOf(message, lookUpsEach), token, endpointNumber),
    encodeMetadata(message),
    message.body,
  ]);
}

function encodeFacts(message: Message, lookUps: readonly string[], token: string, endpointNumber: number): Buffer {
  const facts = Buffer.allocUnsafe(factsBytes + lookUps.length * lookUpBytes);
  writeShortHash(token, facts, 5); // its first half stays, the digest is written over the rest
  facts.writeUInt16BE(endpointNumber, 0);
  facts[2] = Math.min(message.vendorAttempt ?? 0, 255);
  facts.writeUInt16BE(windowSeconds(message), 3);
  message.digest.copy(facts, 9, 0, digestBytes);
  lookUps.forEach((value, i) => {
    writeShortHash(value, facts, factsBytes + i * lookUpBytes);
  });
  return facts;
}

/** 0 stands for the endpoint's window. */
function windowSeconds({ resendWithinMs }: Message): number {
  return resendWithinMs === undefined ? 0 : Math.min(Math.max(1, Math.ceil(resendWithinMs / 1000)), mostSeconds);
}

/** The correlation id goes first: it is what a request of the customer is known by. */
function lookUpsOf({ facts: { correlationId, devices } }: Message, most: number): readonly string[] {
  const ids = devices.map(({ id }) => id);
  return (correlationId === undefined ? ids : [correlationId, ...ids]).slice(0, most);
}

/** `+<entry>` new, `=<entry>` seen before, `-` no log; one word per message, in the order of the items. */
export function decodeAnswers(reply: Buffer, items: readonly KeepItem[]): KeepAnswer[] {
  const words = reply.toString('latin1').split(' ');
  let at = 0;
  return items.map(({ messages }) => {
    const own = words.slice(at, at + messages.length);
    at += messages.length;
    return { kept: own.includes('-') ? undefined : own.map(keptPlaceOf) };
  });
}

function keptPlaceOf(word: string): KeptPlace {
  return { entry: word.slice(1) as EntryId, fresh: word.startsWith('+') };
}
