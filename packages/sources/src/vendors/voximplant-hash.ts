import { hash, timingSafeEqual } from 'node:crypto';
import type { CallbackHash } from '@relay/core';
import { accountNames, type VoximplantCallback } from './voximplant-callbacks.ts';

/**
 * Whether a callback comes from the account: its `hash` is the MD5, in hex, of the account's salt, its id, its API key
 * and the id of the callback (documented). Nothing else is hashed, so another account's id in it has to be looked for.
 */
export function createGenuine({ salts, accountId, apiKeys }: CallbackHash): (callback: VoximplantCallback) => boolean {
  const secrets = salts.flatMap((salt) => apiKeys.map((apiKey) => salt + accountId + apiKey));
  return (callback) => {
    const { hash: written } = callback.value;
    if (callback.id === undefined || typeof written !== 'string' || !md5InHex.test(written)) return false;
    const given = Buffer.from(written, 'hex');
    const { id } = callback;
    const matching = secrets.filter((secret) => timingSafeEqual(hash('md5', secret + id, 'buffer'), given));
    return matching.length > 0 && namesNoOther(callback, accountId);
  };
}

const md5InHex = /^[0-9a-f]{32}$/i;

function namesNoOther(callback: VoximplantCallback, accountId: string): boolean {
  const named = accountNames.some((name) => (callback.value[name] ?? undefined) !== undefined);
  return !named || callback.accountId === accountId;
}
