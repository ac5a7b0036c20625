import { BlockList, isIPv6 } from 'node:net';

/**
 * Whether a callback may come from an address. Rules are addresses and CIDRs; none means any address. An IPv4 sender
 * that a dual-stack socket shows as `::ffff:a.b.c.d` is the same sender, and so is one with the port that some proxies
 * write behind it.
 */
export function createAllowedAddresses(rules: readonly string[]): (ip: string) => boolean {
  if (rules.length === 0) return () => true;
  const allowed = new BlockList();
  for (const rule of rules) addRule(allowed, rule);
  return (ip) => {
    const address = withoutPort(ip);
    return allowed.check(address, family(address));
  };
}

/** `192.0.2.1:443` and `[2001:db8::1]:443`, and either without. */
function withoutPort(ip: string): string {
  const { v4, v6 } = /^(?:(?<v4>[\d.]+):\d+|\[(?<v6>[^\]]+)\](?::\d+)?)$/.exec(ip)?.groups ?? {};
  return v4 ?? v6 ?? ip;
}

function addRule(allowed: BlockList, rule: string): void {
  const [address = '', bits] = rule.split('/');
  if (bits === undefined) allowed.addAddress(address, family(address));
  else allowed.addSubnet(address, Number(bits), family(address));
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
