import type { Endpoint } from '@relay/core';
import { isEveryAddress } from './address-range.ts';

/** Whether anybody may post to an endpoint: it asks for no secret, and callbacks may come from every address. */
export function verifiesNothing({ verify }: Pick<Endpoint, 'verify'>): boolean {
  const { credentials, allow, ...secrets } = verify;
  const fromAnywhere = allow.length === 0 || allow.some(isEveryAddress);
  return fromAnywhere && credentials.length === 0 && Object.keys(secrets).length === 0;
}
