import type { Endpoint, Received, Refusal, RequestHead } from '@relay/core';
import { createAllowedAddresses } from './allowed-addresses.ts';
import { createHmacCheck } from './hmac.ts';
import {
  createBasicCheck,
  createBearerCheck,
  createHeaderCheck,
  createPathCheck,
  createQueryCheck,
} from './secrets.ts';

/** What a request has to show before its source looks at the body, the same for every vendor. */
export interface Gate {
  /** What the head shows: address, path, query and headers. */
  admit(head: RequestHead): Refusal | undefined;
  /** What only head and body together show. */
  verifySignature(received: Received): Refusal | undefined;
}

/** One thing of it. When the request does not show it: a sentence that says what to do and quotes nothing of the request. */
export type Check = (received: Received) => string | undefined;
export type HeadCheck = (head: RequestHead) => string | undefined;

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
  ].filter((check) => check !== undefined);
  const checkSignature = verify.hmac && createHmacCheck(verify.hmac, path, url);

  return {
    admit(head) {
      if (!allowed(head.ip)) return { code: 'address-not-allowed', detail: notListed(head.ip) };
      for (const check of checks) {
        const detail = check(head);
        if (detail !== undefined) return { code: 'unauthorized', detail };
      }
      return undefined;
    },
    verifySignature(received) {
      const detail = checkSignature?.(received);
      return detail === undefined ? undefined : { code: 'unauthorized', detail };
    },
  };
}

/** A proxy may pass on what anybody wrote into X-Forwarded-For; only an address is quoted. */
function notListed(ip: string): string {
  return `verify.allow of this endpoint does not list ${addressLike.test(ip) ? ip : 'what X-Forwarded-For names'}`;
}

const addressLike = /^[\da-f.:[\]]{2,50}$/i;
