import { BlockList, isIP } from 'node:net';

/** An IPv4 or IPv6 address, alone or with a prefix length. */
export function isAddressRange(written: string): boolean {
  const { address = '', prefix } = /^(?<address>[\d.:A-Fa-f]+)(?:\/(?<prefix>\d{1,3}))?$/.exec(written)?.groups ?? {};
  const version = isIP(address);
  if (version === 0) return false;
  try {
    new BlockList().addSubnet(address, Number(prefix ?? 32), version === 4 ? 'ipv4' : 'ipv6');
    return true;
  } catch {
    return false;
  }
}

/** Whether an address range holds all addresses of its kind. */
export function isEveryAddress(range: string): boolean {
  return /\/0+$/.test(range);
}
