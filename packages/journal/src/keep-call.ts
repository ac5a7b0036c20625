import type { EntryId, Message } from '@relay/core';
import { encodeMetadata } from './entry.ts';
import { shortHash, writeShortHash } from './short-hash.ts';

/** What one request brought: all of it is kept in one script, or nothing. */
export interface KeepItem {
  readonly endpoint: string;
  readonly messages: readonly Message[];
  /** Tells our own repetition of a keep from another callback. */
  readonly token: string;
}

/** What the script says of an item: where each of its messages is, or why nothing of it was kept. */
export type KeepAnswer =
  | { readonly kind: 'kept'; readonly places: readonly KeptPlace[] }
  | { readonly kind: 'no log' }
  | { readonly kind: 'refused'; readonly reason: string };

export interface KeptPlace {
  readonly entry: EntryId;
  readonly fresh: boolean;
}

/** Look-ups per message, its correlation id among them. */
const mostLookUps = 32;
/** Of all messages of a request together, as long as each has one: Redis does nothing else while it writes them. */
const mostLookUpsTogether = 4_096;
const tokenBytes = 4;
const digestBytes = 13;
const lookUpBytes = 8;
const factsBytes = 16 + digestBytes;
const mostSeconds = 65_535;
/** Times are written in 6 bytes. */
const latestMs = 2 ** 48 - 1;

type Argument = Buffer | string;

/** An item as the script takes it: for each message its facts in one buffer, since every argument costs on the way. See keep.lua. */
export function encodeItem({ messages, token }: KeepItem, endpointNumber: number): readonly Argument[] {
  const lookUpsEach = Math.max(1, Math.min(mostLookUps, Math.floor(mostLookUpsTogether / messages.length)));
  return messages.flatMap((message, i) => [
    encodeFacts(message, lookUpsOf(message, lookUpsEach), { token, endpointNumber, isFirst: i === 0 }),
    encodeMetadata(message),
    message.body,
  ]);
}

/** What the log remembers of a token. */
export function shortToken(token: string): Buffer {
  return shortHash(token).subarray(0, tokenBytes);
}

function encodeFacts(
  message: Message,
  lookUps: readonly string[],
  { token, endpointNumber, isFirst }: { token: string; endpointNumber: number; isFirst: boolean },
): Buffer {
  const facts = Buffer.allocUnsafe(factsBytes + lookUps.length * lookUpBytes);
  writeShortHash(token, facts, 6); // its first half stays, the receive time is written over the rest
  facts[0] = isFirst ? 1 : 0;
  facts.writeUInt16BE(endpointNumber, 1);
  facts[3] = Math.min(message.vendorAttempt ?? 0, 255);
  facts.writeUInt16BE(windowSeconds(message), 4);
  facts.writeUIntBE(Math.min(Math.max(0, Math.round(message.receivedAt)), latestMs), 10, 6);
  message.digest.copy(facts, 16, 0, digestBytes);
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

/** One word per message, in the order of the items. See keep.lua. */
export function decodeAnswers([line, ...errors]: readonly Buffer[], items: readonly KeepItem[]): KeepAnswer[] {
  const words = line?.toString('latin1').split(' ') ?? [];
  let at = 0;
  return items.map(({ messages }) => {
    const own = words.slice(at, at + messages.length);
    at += messages.length;
    return answerOf(own, errors);
  });
}

/** All words of a request that was not kept are the same. */
function answerOf(words: readonly string[], errors: readonly Buffer[]): KeepAnswer {
  const [first = ''] = words;
  if (first.startsWith('!')) return { kind: 'refused', reason: String(errors[Number(first.slice(1)) - 1]) };
  if (words.includes('-')) return { kind: 'no log' };
  return { kind: 'kept', places: words.map(keptPlaceOf) };
}

function keptPlaceOf(word: string): KeptPlace {
  return { entry: word.slice(1) as EntryId, fresh: word.startsWith('+') };
}
