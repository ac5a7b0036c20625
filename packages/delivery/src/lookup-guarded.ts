import type { LookupFunction } from 'node:net';
import { ConnectionError } from './connection-error.ts';
import type { Guard } from './guard.ts';
import type { Resolve } from './lookup.ts';

/**
 * What sockets look names up with: answers only addresses that the guard lets pass, and a socket dials nothing else than what
 * it was answered. Sockets do not ask for hosts that are addresses: those must be guarded before.
 */
export function createGuardedLookup(resolve: Resolve, guard: Guard): LookupFunction {
  return (host, { all }, answer) => {
    resolve(host).then(
      (addresses) => {
        const called = addresses.filter(({ address }) => guard(address));
        const [first] = called;
        if (first === undefined) answer(new ConnectionError('ERR_ADDRESS_REFUSED'), []);
        else if (all) answer(null, [...called]);
        else answer(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => answer(error, []),
    );
  };
}
