import { randomInt, randomUUID } from 'node:crypto';
import type { Endpoint, FactPlace } from '@relay/core';
import { isJsonObject, type JsonObject, parseExactly } from './exact-json.ts';
import { textElement, withElementText } from './soap.ts';

export interface Copy {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** Parameters of the URL. */
  readonly query: Readonly<Record<string, string>>;
}

/**
 * A copy of a body that is a callback of its own: under another request id, callback id, protocolo, or what `naming` calls
 * the dedup key; else under another `id`. A body that has no place for one stays as it is. Copies are numbered from 0.
 */
export function freshCopy({ source, naming }: Pick<Endpoint, 'source' | 'naming'>, body: Buffer, number: number): Copy {
  const text = body.toString();
  switch (source) {
    case 'thingspace':
      return inJson(text, (members) => ({ ...members, requestId: randomUUID() }), body);
    case 'thingspace-soap':
      return { body: Buffer.from(withRequestId(text, randomUUID())), ...bodyOnly };
    case 'voximplant':
      return inJson(text, (members) => withCallbackIds(members, number), body);
    case 'ixc-acs':
      return inJson(text, (members) => ({ ...members, protocolo: randomUUID() }), body);
    case 'generic':
      return named(text, naming?.dedupKey ?? [{ pointer: '/id' }], body);
  }
}

const bodyOnly = { headers: {}, query: {} };

function inJson(text: string, change: (members: JsonObject) => object, body: Buffer): Copy {
  const members = parseExactly(text);
  return {
    body: isJsonObject(members) ? Buffer.from(JSON.stringify(change(members), undefined, 2)) : body,
    ...bodyOnly,
  };
}

const rootEnd = /<\/(?<prefix>[\w.-]+:)?(?:Sms)?CallbackRequest\s*>/;

function withRequestId(text: string, requestId: string): string {
  const last = (end: string, prefix = '') => `${textElement(`${prefix}RequestId`, requestId)}${end}`;
  return withElementText(text, 'RequestId', requestId) ?? text.replace(rootEnd, last);
}

/** Larger from copy to copy and from run to run. */
function withCallbackIds(request: JsonObject, number: number): object {
  if (!Array.isArray(request.callbacks)) return request;
  const callbacks: readonly unknown[] = request.callbacks;
  const first = Date.now() * 1000 + number * callbacks.length;
  const fresh = callbacks.map((callback, index) => {
    return isJsonObject(callback) ? { ...callback, callback_id: first + index } : callback;
  });
  return { ...request, callbacks: fresh };
}

function named(text: string, places: readonly FactPlace[], body: Buffer): Copy {
  const headers: Record<string, string> = {};
  const query: Record<string, string> = {};
  let root = parseExactly(text);
  for (const place of places) {
    if ('header' in place) headers[place.header] = randomUUID();
    else if ('query' in place) query[place.query] = randomUUID();
    else root = withValueAt(root, place.pointer.split('/').slice(1));
  }
  const changed = places.some((place) => 'pointer' in place) && typeof root === 'object' && root !== null;
  return { body: changed ? Buffer.from(JSON.stringify(root, undefined, 2)) : body, headers, query };
}

/** A number stays a number there. */
function withValueAt(value: unknown, [token, ...deeper]: readonly string[]): unknown {
  if (token === undefined) return typeof value === 'string' ? randomUUID() : randomInt(2 ** 47);
  const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
  if (Array.isArray(value)) return value.map((item, at) => (String(at) === name ? withValueAt(item, deeper) : item));
  return isJsonObject(value) ? { ...value, [name]: withValueAt(value[name] ?? '', deeper) } : value;
}
