import type { Refusal } from '@relay/core';
import { isJsonObject, type JsonObject, parseJson, repeatsName } from '../json-body.ts';
import { elementsOf, isObject, type Member, membersOf, type Span, wholeOf } from '../json-text.ts';
import { nameAt } from '../name.ts';
import { nameTwice, refuse } from '../refuse.ts';

/** One of the callbacks that a request brings. */
export interface VoximplantCallback {
  /** Its exact bytes out of the request. */
  readonly body: Buffer;
  /** Empty for what is no object. */
  readonly value: JsonObject;
  /** With all its digits. */
  readonly id: string | undefined;
  readonly accountId: string | undefined;
}

export type VoximplantCallbacks = { readonly callbacks: readonly VoximplantCallback[] } | { readonly refusal: Refusal };

/**
 * Documented is neither a limit nor how many come. Each is hashed and kept by itself, and Redis keeps all of a request at
 * once: a tenth of a second for so many. A MiB of callbacks such as the documented ones has fewer.
 */
export const maxCallbacks = 4_000;

/** The elements of `callbacks`, in their order. A callback that stands there alone, in place of the list or of the request, is read as well. */
export function readCallbacks(body: Buffer): VoximplantCallbacks {
  const request = parseJson(body);
  if (!isJsonObject(request)) return refuse('unreadable', 'A Voximplant request is one JSON object');
  const members = membersOf(body, wholeOf(body));
  if (repeatsName(request, members.length)) return refuse('unreadable', nameTwice);

  const values = valuesIn(request);
  if (values === undefined || values.length === 0) {
    const alone = callbackFrom(body, body, request, members);
    // What names itself must not get lost beside an empty list.
    return { callbacks: values === undefined || alone.id !== undefined ? [alone] : [] };
  }
  if (values.length > maxCallbacks) return refuse('too-large', `A request may bring ${maxCallbacks} callbacks`);
  const callbacks: VoximplantCallback[] = [];
  for (const [index, span] of elementsIn(body, members).entries()) {
    const value: unknown = values[index];
    const callback = isJsonObject(value) ? value : {};
    const own = membersOf(body, span);
    if (repeatsName(callback, own.length)) return refuse('unreadable', nameTwice);
    callbacks.push(callbackFrom(body, body.subarray(span.start, span.end), callback, own));
  }
  return { callbacks };
}

/** Undefined where the request has neither a list of callbacks nor one in place of it. */
function valuesIn({ callbacks }: JsonObject): readonly unknown[] | undefined {
  if (Array.isArray(callbacks)) return callbacks;
  return isJsonObject(callbacks) ? [callbacks] : undefined;
}

/** Where the callbacks stand in a request with these members: in the list, or one in place of the list. */
export function elementsIn(request: Buffer, members: readonly Member[]): Span[] {
  return members
    .filter(({ name }) => name === 'callbacks')
    .flatMap(({ value }) => (isObject(request, value) ? [value] : elementsOf(request, value)));
}

function callbackFrom(
  request: Buffer,
  body: Buffer,
  value: JsonObject,
  members: readonly Member[],
): VoximplantCallback {
  const nameOf = (names: readonly string[]) => {
    for (const name of names) {
      const found = nameAt(request, value, members, name);
      if (found !== undefined && found !== '') return found;
    }
    return undefined;
  };
  return { body, value, id: nameOf(idNames), accountId: nameOf(accountNames) };
}

/** The API's structures have the first spelling; the guide has the others in its prose, the last with a Cyrillic first letter. */
const idNames = ['callback_id', 'callbackId', '\u0441allbackId'];

export const accountNames = ['account_id', 'accountId'];
