import { createHash } from 'node:crypto';
import type { CallbackHash, Credentials } from '@relay/core';
import { exactNumber, isJsonObject, parseExactly, textOf } from './exact-json.ts';
import { textElement, withElementText } from './soap.ts';

/** With the credentials as the first members; what is no JSON object has no place for them and stays as it is. */
export function withJsonCredentials(body: string, credentials: Credentials): string {
  const members = parseExactly(body);
  if (!isJsonObject(members)) return body;
  const { username, password, ...others } = members;
  return JSON.stringify({ ...credentials, ...others });
}

/** With the credentials, as the first children of the root where it had none; what is no callback has no place for them and stays as it is. */
export function withXmlCredentials(body: string, { username, password }: Credentials): string {
  return withChild(withChild(body, 'Password', password), 'Username', username);
}

const rootStart = /<(?<prefix>[\w.-]+:)?(?:Sms)?CallbackRequest(?:\s[^>]*)?>/;

function withChild(body: string, name: string, text: string): string {
  const first = (start: string, prefix = '') => `${start}${textElement(`${prefix}${name}`, text)}`;
  return withElementText(body, name, text) ?? body.replace(rootStart, first);
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
