import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

const prefix = 'whsec_';

/**
 * The key behind a Standard Webhooks secret: after `whsec_` comes base64; any other text is taken as it is, in UTF-8, which
 * verifiers call the raw format.
 */
export function signingKey(secret: string): KeyObject {
  return secret.startsWith(prefix)
    ? createSecretKey(secret.slice(prefix.length), 'base64')
    : createSecretKey(secret, 'utf8');
}

export interface Signed {
  readonly id: string;
  /** Epoch seconds. */
  readonly timestamp: string;
  readonly body: Buffer;
}

/** The `webhook-signature` of Standard Webhooks 1.0: a signature for each key, over the raw bytes. */
export function sign(keys: readonly KeyObject[], { id, timestamp, body }: Signed): string {
  const signatures = keys.map((key) => createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body));
  return signatures.map((signature) => `v1,${signature.digest('base64')}`).join(' ');
}
