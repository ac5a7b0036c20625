import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import type { Decoded, Endpoint, Message, Reading, Received, RefusalCode, Source } from '@relay/core';
import { createAcceptedCredentials } from './accepted-credentials.ts';
import { writeCanonicalJson } from './canonical-json.ts';
import { wholeOf, withoutMembers } from './json-text.ts';
import { type Callback, isCallback, thingspaceFacts } from './thingspace-facts.ts';

/**
 * Verizon ThingSpace, connectivity management, REST: one JSON object per request. Every callback carries the username
 * and password of its registration in clear; after a change the old password was seen to arrive for a quarter of an
 * hour. The bodies of most services are not published and new services come, so nothing but the credentials is
 * required of a body.
 */
export function createThingspace(endpoint: Endpoint): Source {
  const accepted = createAcceptedCredentials(endpoint.verify.credentials);

  function read({ body, headers, at }: Received): Reading {
    const json = jsonOf(body);
    const callback = parse(json);
    if (callback === undefined) return refusal('unreadable', 'A ThingSpace callback is one JSON object');
    if (!accepted(callback.username, callback.password)) {
      return refusal(
        'unauthorized',
        'username and password in the body are none of verify.credentials of this endpoint',
      );
    }
    const facts = thingspaceFacts(callback, endpoint);
    const message: Message = {
      body,
      contentType: headers['content-type']?.toString(),
      receivedAt: at,
      digest: digestOf(json, facts.account, endpoint.service),
      vendorAttempt: attemptOf(callback),
      facts,
    };
    return { messages: [message] };
  }

  function decode(body: Buffer): Decoded {
    const json = jsonOf(body);
    const callback = parse(json);
    if (callback === undefined) return { devices: [], content: JSON.stringify(json.toString()) };
    return { devices: thingspaceFacts(callback, endpoint).devices, content: withoutCredentials(json).toString() };
  }

  return { read, answer: { status: 200, body: '' }, decode, redact: withoutCredentials };
}

const credentialNames: ReadonlySet<string> = new Set(['username', 'password']);

function withoutCredentials(json: Buffer): Buffer {
  return withoutMembers(json, wholeOf(json), credentialNames);
}

/**
 * A body with bytes that are not UTF-8 is read byte by byte as Latin-1: its names and ids are ASCII all the same, two
 * such bodies stay two, and a callback refused for one odd letter in an SMS would be gone for good.
 */
function jsonOf(body: Buffer): Buffer {
  if (!isUtf8(body)) return Buffer.from(body.toString('latin1'));
  return byteOrderMark.every((byte, at) => body[at] === byte) ? body.subarray(byteOrderMark.length) : body;
}

const byteOrderMark = [0xef, 0xbb, 0xbf];

function parse(json: Buffer): Callback | undefined {
  try {
    const value: unknown = JSON.parse(json.toString());
    return isCallback(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A resend is the same body with another `callbackCount`. The credentials stay out, since the password may change
 * between the two. The request id is part of the body, and not enough by itself: one request brings a callback per
 * device, and a monitor repeats its id for years.
 */
function digestOf(json: Buffer, account: string | undefined, service: string | undefined): Buffer {
  const origin = JSON.stringify(['thingspace', account, service]);
  const room = maxBytesPerCharacter * origin.length + json.length;
  const text = room <= scratch.length ? scratch : Buffer.allocUnsafe(room);
  const end = writeCanonicalJson(text, text.write(origin), json, omitted);
  // Asked for a Buffer, hash would take half as long again.
  return Buffer.from(hash('sha256', text.subarray(0, end), 'binary'), 'binary');
}

const maxBytesPerCharacter = 3;

const omitted = ['"callbackCount"', '"username"', '"password"'].map((name) => Buffer.from(name));

/** Enough for nearly every body: allocating costs more than writing it. */
const scratch = Buffer.alloc(64 * 1024);

/** `callbackCount` numbers the vendor's attempts (of `maxCallbackThreshold`); it is not a part number. */
function attemptOf({ callbackCount }: Callback): number | undefined {
  return Number.isSafeInteger(callbackCount) && Number(callbackCount) >= 1 ? Number(callbackCount) : undefined;
}

function refusal(code: RefusalCode, detail: string): Reading {
  return { refusal: { code, detail } };
}
