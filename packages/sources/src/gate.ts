import type { Received, Refusal, Verify } from '@relay/core';
import { createAllowedAddresses } from './allowed-addresses.ts';

/** What a request has to show before its body is looked at, the same for every vendor. */
export type Gate = (received: Received) => Refusal | undefined;

export function createGate({ allow }: Verify): Gate {
  const allowed = createAllowedAddresses(allow);
  return ({ ip }) => {
    if (!allowed(ip))
      return { code: 'address-not-allowed', detail: `verify.allow of this endpoint does not list ${ip}` };
    return undefined;
  };
}
