import type { Decoded, Endpoint, Message, Reading, Received, Source } from '@relay/core';
import { createAcceptedCredentials } from '../accepted-credentials.ts';
import { canonicalJson } from '../canonical-json.ts';
import { decodedWith } from '../content.ts';
import { digestOfJson } from '../digest.ts';
import { headerText } from '../header-bytes.ts';
import { isJsonObject, type JsonObject, parseJson, repeatsName, withoutMark } from '../json-body.ts';
import { wholeOf, withoutMembers } from '../json-text.ts';
import { nameTwice, refuse } from '../refuse.ts';
import { resendWindowMs } from '../resend-window.ts';
import { thingspaceFacts } from './thingspace-facts.ts';

/**
 * Verizon ThingSpace, connectivity management, REST: one JSON object per request. Every callback carries the username
 * and password of its registration in clear; after a change the old password was seen to arrive for a quarter of an
 * hour. The bodies of most services are not published and new services come, so nothing but the credentials is
 * required of a body.
 */
export function createThingspace(endpoint: Endpoint): Source {
  const accepted = createAcceptedCredentials(endpoint.verify.credentials);

  function read({ body, headers, at }: Received): Reading {
    const callback = parseJson(body);
    if (!isJsonObject(callback)) return refuse('unreadable', 'A ThingSpace callback is one JSON object');
    const canonical = canonicalJson(withoutMark(body), omitted);
    if (repeatsName(callback, canonical.members)) {
      return refuse('unreadable', nameTwice);
    }
    if (!accepted(callback.username, callback.password)) {
      return refuse(
        'unauthorized',
        'username and password in the body are none of verify.credentials of this endpoint',
      );
    }
    const facts = thingspaceFacts(body, callback, endpoint);
    const vendorAttempt = attemptOf(callback);
    const message: Message = {
      body,
      contentType: headerText(headers, 'content-type'),
      receivedAt: at,
      digest: digestOfJson(['thingspace', facts.account, endpoint.service], canonical),
      vendorAttempt,
      ...(vendorAttempt === undefined && { resendWithinMs: resendWindowMs.unnumbered }),
      facts,
    };
    return { messages: [message] };
  }

  function decode(body: Buffer, contentType: string | undefined): Decoded {
    const callback = parseJson(body);
    const devices = isJsonObject(callback) ? thingspaceFacts(body, callback, endpoint).devices : [];
    return decodedWith(devices, redact(body), contentType);
  }

  return { read, answer: { status: 200, body: '' }, decode, redact };
}

/**
 * A resend is the same body with another `callbackCount`. The credentials stay out, since the password may change
 * between the two. The request id is part of the body, and not enough by itself: one request brings a callback per
 * device, and a monitor repeats its id for years.
 */
const omitted = ['"callbackCount"', '"username"', '"password"'].map((name) => Buffer.from(name));

const credentialNames: ReadonlySet<string> = new Set(['username', 'password']);

function redact(body: Buffer): Buffer {
  return isJsonObject(parseJson(body)) ? withoutMembers(body, [wholeOf(body)], credentialNames) : body;
}

/** `callbackCount` numbers the vendor's attempts (of `maxCallbackThreshold`), in digits; it is not a part number. */
function attemptOf({ callbackCount }: JsonObject): number | undefined {
  const written = typeof callbackCount === 'number' ? String(callbackCount) : callbackCount;
  return typeof written === 'string' && attemptNumber.test(written) ? Number(written) : undefined;
}

const attemptNumber = /^[1-9]\d{0,8}$/;
