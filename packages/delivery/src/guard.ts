import { BlockList, isIPv4 } from 'node:net';
import type { Network } from '@relay/core';
import { embeddedIPv4, plainAddress } from './guard-address.ts';
import { givenOutRange, privateRanges, refusedRanges } from './guard-ranges.ts';

/** Whether an address, as the system would call it, may be called. What is no address may not. */
export type Guard = (address: string) => boolean;

const refused = rangesOf(refusedRanges);
const notPublic = rangesOf(privateRanges);
const givenOut = rangesOf([givenOutRange]);

/**
 * Judges addresses, after names have been resolved: `deny` goes before `allow`, `allow` before what is always refused, and that
 * before `allowPrivate`. An IPv6 address that leads to an IPv4 address must pass as both.
 */
export function createGuard({ allowPrivate, deny, allow }: Network): Guard {
  const denied = rangesOf(deny);
  const allowed = rangesOf(allow);

  function passes(address: string): boolean {
    if (denied(address)) return false;
    if (allowed(address)) return true;
    if (refused(address)) return false;
    if (notPublic(address)) return allowPrivate;
    return isIPv4(address) || givenOut(address) || embeddedIPv4(address) !== undefined;
  }

  return (written) => {
    const address = plainAddress(written);
    if (address === undefined || !passes(address)) return false;
    const within = isIPv4(address) ? undefined : embeddedIPv4(address);
    return within === undefined || passes(within);
  };
}

/** Whether an address, in plain spelling, is in one of the ranges: addresses and CIDRs, those of mapped IPv4 addresses too. */
function rangesOf(ranges: readonly string[]): (address: string) => boolean {
  // One list for each: in a common one, `::/0` holds every IPv4 address as well.
  const ipv4 = new BlockList();
  const ipv6 = new BlockList();
  for (const range of ranges) {
    const [written = '', prefix] = range.split('/');
    const address = plainAddress(written);
    // The configuration has judged it; a rule that is none must not pass for a rule that never applies.
    if (address === undefined) throw new TypeError('not an address range');
    if (!isIPv4(address)) ipv6.addSubnet(address, Number(prefix ?? 128), 'ipv6');
    else ipv4.addSubnet(address, ipv4Bits(written, prefix), 'ipv4');
  }
  return (address) => (isIPv4(address) ? ipv4.check(address, 'ipv4') : ipv6.check(address, 'ipv6'));
}

/** How many bits of a mapped address stand before the IPv4 address. */
const mappedBits = 96;

function ipv4Bits(written: string, prefix: string | undefined): number {
  if (prefix === undefined) return 32;
  return isIPv4(written) ? Number(prefix) : Math.max(0, Number(prefix) - mappedBits);
}
