import type { Decoded, Endpoint, Facts, Message, Reading, Received, Source } from '@relay/core';
import { decodedWith } from '../content.ts';
import { isJsonType } from '../content-type.ts';
import { digestOf, type Origin } from '../digest.ts';
import { headerText } from '../header-bytes.ts';
import { isJsonObject, parseJson } from '../json-body.ts';
import { membersOf, wholeOf, withoutMembers } from '../json-text.ts';
import { refuse } from '../refuse.ts';
import { resendWindowMs } from '../resend-window.ts';
import { elementsIn, readCallbacks, type VoximplantCallback } from './voximplant-callbacks.ts';
import { commonFacts, voximplantFacts } from './voximplant-facts.ts';
import { createGenuine } from './voximplant-hash.ts';

/**
 * Voximplant, callbacks of an account: one or several in the list `callbacks` of a JSON object (documented), each with a
 * hash over its id. What is wrong with one of them is wrong with the request: they come together or not at all. Types
 * come and go, so nothing but id and hash is required of a callback, and these only where the endpoint verifies them.
 */
export function createVoximplant(endpoint: Endpoint): Source {
  const { callbackHash } = endpoint.verify;
  const genuine = callbackHash === undefined ? () => true : createGenuine(callbackHash);
  const partsOf = endpoint.batch === 'whole' ? wholePart : eachPart;

  function read(received: Received): Reading {
    const reading = readCallbacks(received.body);
    if ('refusal' in reading) return reading;
    const { callbacks } = reading;
    if (!callbacks.every((callback) => genuine(callback))) return refuse('unauthorized', forged);
    // Of an empty list there is nothing to keep, and nothing to refuse.
    if (callbacks.length === 0) return { messages: [] };
    const named = callbacks.map((callback) => ({
      ...callback,
      accountId: callback.accountId ?? callbackHash?.accountId,
      facts: voximplantFacts(callback, endpoint),
    }));
    return { messages: partsOf(received, named).map((part) => messageFrom(part, received.at)) };
  }

  function decode(body: Buffer, contentType: string | undefined): Decoded {
    const reading = readCallbacks(body);
    const callbacks = 'refusal' in reading ? [] : reading.callbacks;
    const { devices } = commonFacts(callbacks.map((callback) => voximplantFacts(callback, endpoint)));
    return decodedWith(devices, redact(body), contentType);
  }

  return { read, answer, decode, redact };
}

/** What the vendor expects is not documented; this is how its own API says that all is well. */
const answer = { status: 200, contentType: 'application/json', body: '{"result":1}' };

const forged = 'hash or account id of a callback do not go with verify.salt, accountId and apiKey of this endpoint';

type NamedCallback = VoximplantCallback & { readonly facts: Facts };

/** What becomes a message. */
interface Part {
  readonly body: Buffer;
  readonly contentType: string | undefined;
  readonly facts: Facts;
  /** The vendor's id of it: the endpoint may call it otherwise, and may change that. */
  readonly accountId: string | undefined;
  /** What a resend repeats and no other callback of the account has; undefined when a callback does not name itself. */
  readonly key: Origin | undefined;
}

function eachPart({ body: request, headers }: Received, callbacks: readonly NamedCallback[]): Part[] {
  const contentType = headerText(headers, 'content-type');
  return callbacks.map(({ body, facts, accountId, id }) => ({
    body,
    contentType: body === request || isJsonType(contentType ?? '') ? contentType : 'application/json',
    facts,
    accountId,
    key: id === undefined ? undefined : [id],
  }));
}

function wholePart({ body, headers }: Received, callbacks: readonly NamedCallback[]): Part[] {
  const named = callbacks.every(({ id }) => id !== undefined);
  return [
    {
      body,
      contentType: headerText(headers, 'content-type'),
      facts: commonFacts(callbacks.map(({ facts }) => facts)),
      accountId: undefined,
      key: named ? keyOfAll(callbacks) : undefined,
    },
  ];
}

/** The same for the same ids, in whatever order they come. */
function keyOfAll(callbacks: readonly NamedCallback[]): Origin {
  return [...new Set(callbacks.map(({ accountId, id }) => JSON.stringify([accountId, id])))].sort();
}

/** The hash covers the id alone, and the id is what makes a callback: another content under it is a resend. */
function messageFrom({ body, contentType, facts, accountId, key }: Part, receivedAt: number): Message {
  const origin = ['voximplant', accountId, facts.service];
  return {
    body,
    contentType,
    receivedAt,
    digest: key === undefined ? digestOf(origin, body) : digestOf([...origin, ...key], nothing),
    vendorAttempt: undefined,
    ...(key === undefined && { resendWithinMs: resendWindowMs.unnamed }),
    facts,
  };
}

const nothing = Buffer.alloc(0);

const secretNames: ReadonlySet<string> = new Set(['hash']);

/** Of a callback by itself, and of a request with several. */
function redact(body: Buffer): Buffer {
  if (!isJsonObject(parseJson(body))) return body;
  const whole = wholeOf(body);
  return withoutMembers(body, [whole, ...elementsIn(body, membersOf(body, whole))], secretNames);
}
