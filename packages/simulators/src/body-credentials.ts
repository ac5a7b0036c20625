import { createHash } from 'node:crypto';
import type { CallbackHash, Credentials } from '@relay/core';
import { exactNumber, isJsonObject, parseExactly, textOf } from './exact-json.ts';
import { textElement } from './soap.ts';

/** With the credentials as the first members; what is no JSON object has no place for them and stays as it is. */
export function withJsonCredentials(body: string, credentials: Credentials): string {
  const members = parseExactly(body);
  if (!isJsonObject(members)) return body;
  const { username, password, ...others } = members;
  return JSON.stringify({ ...credentials, ...others });
}

const rootStart = /<(?<prefix>[\w.-]+:)?(?:Sms)?CallbackRequest(?:\s[^>]*)?>/;

/** With the credentials as the first children of the root; what is no callback has no place for them and stays as it is. */
export function withXmlCredentials(body: string, { username, password }: Credentials): string {
  const inside = withElement(withElement(body, 'Username', username), 'Password', password);
  const missing = { Username: username, Password: password };
  return Object.entries(missing)
    .reverse()
    .reduce((text, [name, value]) => (elementOf(name).test(text) ? text : withFirst(text, name, value)), inside);
}

function elementOf(name: string): RegExp {
  return new RegExp(`<(?<tag>(?:[\\w.-]+:)?${name})(?:\\s[^>]*)?(?:/>|>[^<]*</\\k<tag>\\s*>)`);
}

function withElement(body: string, name: string, value: string): string {
  return body.replace(elementOf(name), (_, tag: string) => textElement(tag, value));
}

function withFirst(body: string, name: string, value: string): string {
  return body.replace(rootStart, (start, prefix = '') => `${start}${textElement(`${prefix}${name}`, value)}`);
}

/**
 * Each callback of a Voximplant request with the account's id and its hash. The last one's is made with `last`, since one
 * that is wrong is enough. A body of another shape stays as it is.
 */
export function withCallbackHashes(body: string, hash: CallbackHash, last = hash): string {
  const request = parseExactly(body);
  if (!isJsonObject(request) || !Array.isArray(request.callbacks)) return body;
  const callbacks: readonly unknown[] = request.callbacks;
  const hashed = callbacks.map((callback, index) => {
    return isJsonObject(callback) ? withHash(callback, index === callbacks.length - 1 ? last : hash) : callback;
  });
  return JSON.stringify({ ...request, callbacks: hashed });
}

function withHash(callback: Readonly<Record<string, unknown>>, { salts, accountId, apiKeys }: CallbackHash): object {
  const id = textOf(callback.callback_id ?? callback.callbackId) ?? '';
  const account_id = /^\d+$/.test(accountId) ? exactNumber(accountId.replace(/^0+(?=\d)/, '')) : accountId;
  const hash = createHash('md5').update(`${salts[0]}${accountId}${apiKeys[0]}${id}`).digest('hex');
  return { ...callback, account_id, hash };
}
