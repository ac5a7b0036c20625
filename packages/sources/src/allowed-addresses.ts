import { BlockList, isIPv6 } from 'node:net';

/**
 * Whether a callback may come from an address. Rules are addresses and CIDRs; none means any address. An IPv4 sender
 * that a dual-stack socket shows as `::ffff:a.b.c.d` is the same sender.
 */
export function createAllowedAddresses(rules: readonly string[]): (ip: string) => boolean {
  if (rules.length === 0) return () => true;
  const allowed = new BlockList();
  for (const rule of rules) addRule(allowed, rule);
  return (ip) => allowed.check(ip, family(ip));
}

function addRule(allowed: BlockList, rule: string): void {
  const [address = '', bits] = rule.split('/');
  if (bits === undefined) allowed.addAddress(address, family(address));
  else allowed.addSubnet(address, Number(bits), family(address));
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
