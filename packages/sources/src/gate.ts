import type { Endpoint, Received, Refusal } from '@relay/core';
import { createAllowedAddresses } from './allowed-addresses.ts';
import { createHmacCheck } from './hmac.ts';
import {
  createBasicCheck,
  createBearerCheck,
  createHeaderCheck,
  createPathCheck,
  createQueryCheck,
} from './secrets.ts';

/** What a request has to show before its body is looked at, the same for every vendor. */
export type Gate = (received: Received) => Refusal | undefined;

/** One thing of it. When the request does not show it: a sentence that says what to do and quotes nothing of the request. */
export type Check = (received: Received) => string | undefined;

/**
 * Everything that `verify` names has to be shown. It throws when that could not be checked, so that an endpoint is
 * never open by mistake.
 */
export function createGate({ verify, path, url }: Pick<Endpoint, 'verify' | 'path' | 'url'>): Gate {
  const allowed = createAllowedAddresses(verify.allow);
  const checks = [
    verify.path && createPathCheck(verify.path, path),
    verify.query && createQueryCheck(verify.query),
    verify.header && createHeaderCheck(verify.header),
    verify.basic && createBasicCheck(verify.basic),
    verify.bearer && createBearerCheck(verify.bearer),
    verify.hmac && createHmacCheck(verify.hmac, path, url),
  ].filter((check) => check !== undefined);

  return (received) => {
    if (!allowed(received.ip))
      return { code: 'address-not-allowed', detail: `verify.allow of this endpoint does not list ${received.ip}` };
    for (const check of checks) {
      const detail = check(received);
      if (detail !== undefined) return { code: 'unauthorized', detail };
    }
    return undefined;
  };
}
