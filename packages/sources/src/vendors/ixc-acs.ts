import type { Decoded, Endpoint, Facts, Message, Reading, Received, Source } from '@relay/core';
import { canonicalJson } from '../canonical-json.ts';
import { decodedWith } from '../content.ts';
import { isJsonType } from '../content-type.ts';
import { digestOf, digestOfJson, type Origin } from '../digest.ts';
import { factsFrom } from '../facts.ts';
import { headerText } from '../header-bytes.ts';
import { isJsonObject, parseJson, repeatsName, withoutMark } from '../json-body.ts';
import { membersOf, wholeOf } from '../json-text.ts';
import { nameAt, nameFrom } from '../name.ts';
import { nameTwice, refuse } from '../refuse.ts';

/**
 * IXC ACS: replies to the requests of an API client (documented by one example: `protocolo`, `router_id`, `status`,
 * `timestamp`), and webhooks of events, whose bodies are not documented. So any JSON is a callback, and anything else
 * that does not claim to be JSON. A request is told to have failed after an hour, and may succeed later (documented):
 * whatever differs from what came before, if only in its time stamp, is another message.
 */
export function createIxcAcs({ account: configured, service }: Endpoint): Source {
  const account = typeof configured === 'string' ? configured : undefined;
  const origin: Origin = ['ixc-acs', account, service];

  function read({ body, headers, at: receivedAt }: Received): Reading {
    const contentType = headerText(headers, 'content-type');
    const messageWith = (digest: Buffer, facts: Facts): Reading => {
      const message: Message = { body, contentType, receivedAt, digest, vendorAttempt: undefined, facts };
      return { messages: [message] };
    };
    const value = parseJson(body);
    if (value === undefined) {
      if (expectsJson(contentType))
        return refuse('unreadable', 'An IXC ACS callback is JSON, or says that it is something else');
      return messageWith(digestOf([...origin, 'bytes'], body), factsOf(body, value));
    }
    const canonical = canonicalJson(withoutMark(body), []);
    if (isJsonObject(value) && repeatsName(value, canonical.members)) {
      return refuse('unreadable', nameTwice);
    }
    return messageWith(digestOfJson(origin, canonical), factsOf(body, value));
  }

  function factsOf(body: Buffer, value: unknown): Facts {
    const named = namedIn(body, value);
    const router = named('router_id');
    return factsFrom({
      account,
      service,
      // Not documented: what such members are called elsewhere.
      type: named('type') ?? named('event') ?? named('method'),
      correlationId: named('protocolo'),
      status: named('status'),
      devices: router === undefined ? [] : [{ id: router, kind: 'router' }],
    });
  }

  function decode(body: Buffer, contentType: string | undefined): Decoded {
    return decodedWith(factsOf(body, parseJson(body)).devices, body, contentType);
  }

  return { read, answer: { status: 200, body: '' }, decode, redact: (body) => body };
}

/** Texts and numbers of an object by their names; none of anything else. */
function namedIn(body: Buffer, value: unknown): (name: string) => string | undefined {
  if (!isJsonObject(value)) return () => undefined;
  const members = membersOf(body, wholeOf(body));
  return (name) => nameFrom(nameAt(body, value, members, name));
}

function expectsJson(contentType: string | undefined): boolean {
  return contentType === undefined || isJsonType(contentType);
}
