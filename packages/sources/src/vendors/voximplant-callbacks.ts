import type { Refusal } from '@relay/core';
import { isJsonObject, type JsonObject, parseJson, repeatsName } from '../json-body.ts';
import { elementsOf, type Member, membersOf, type Span, wholeOf } from '../json-text.ts';
import { nameAt } from '../name.ts';

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

/** Documented is neither a limit nor how many come; each is hashed and kept by itself. */
export const maxCallbacks = 10_000;

/** The elements of `callbacks`, in their order. A callback that stands there without the list around it is read as well. */
export function readCallbacks(body: Buffer): VoximplantCallbacks {
  const request = parseJson(body);
  if (!isJsonObject(request)) return unreadable('A Voximplant request is one JSON object');
  const members = membersOf(body, wholeOf(body));
  if (repeatsName(request, members.length)) return unreadable(repeated);

  const { callbacks: values } = request;
  if (!Array.isArray(values)) {
    const callback = callbackFrom(body, body, request, members);
    return callback.id === undefined ? unreadable('The body has no list of callbacks') : { callbacks: [callback] };
  }
  if (values.length > maxCallbacks) {
    return { refusal: { code: 'too-large', detail: `A request may bring ${maxCallbacks} callbacks` } };
  }
  const callbacks: VoximplantCallback[] = [];
  for (const [index, span] of elementsIn(body, members).entries()) {
    const value: unknown = values[index];
    const callback = isJsonObject(value) ? value : {};
    const own = membersOf(body, span);
    if (repeatsName(callback, own.length)) return unreadable(repeated);
    callbacks.push(callbackFrom(body, body.subarray(span.start, span.end), callback, own));
  }
  return { callbacks };
}

/** Where the callbacks stand in a request with these members. */
export function elementsIn(request: Buffer, members: readonly Member[]): Span[] {
  return members.filter(({ name }) => name === 'callbacks').flatMap(({ value }) => elementsOf(request, value));
}

const repeated = 'A name stands twice in one object, so that readers disagree about what it says';

function unreadable(detail: string): VoximplantCallbacks {
  return { refusal: { code: 'unreadable', detail } };
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
