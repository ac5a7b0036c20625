/** Addresses by what they are for (IANA's special-purpose registries), as CIDRs. */

/** Not on the internet, and what an internal network consists of: called unless `allowPrivate` is false. */
export const privateRanges = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  // Behind a carrier's address translation (RFC 6598); overlay networks use it as well.
  '100.64.0.0/10',
  // Benchmarks (RFC 2544).
  '198.18.0.0/15',
  '::1/128',
  // Unique local (RFC 4193), and what came before them.
  'fc00::/7',
  'fec0::/10',
] as const;

/** No subscriber lives there, or whoever answers there gives out the credentials of the machine: called only if `allow` names them. */
export const refusedRanges = [
  // "This network": Linux takes 0.0.0.0 for the machine itself.
  '0.0.0.0/8',
  // Link-local, and with it 169.254.169.254, the metadata service of nearly every cloud.
  '169.254.0.0/16',
  'fe80::/10',
  // Metadata and platform services that live elsewhere: Alibaba, Azure; AWS, Google, Oracle and Scaleway over IPv6.
  '100.100.100.200/32',
  '168.63.129.16/32',
  'fd00:ec2::254/128',
  'fd00:ec2::253/128',
  'fd00:ec2::123/128',
  'fd00:ec2::23/128',
  'fd20:ce::254/128',
  'fd00:c1::a9fe:a9fe/128',
  'fd00:42::42/128',
  // Protocol assignments (192.0.0.192 is a metadata service, too), documentation, and relays of 6to4 that are no more.
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '192.88.99.0/24',
  // Multicast, reserved, broadcast.
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Within 2000::/3: Teredo, which hides IPv4 addresses, ORCHID, documentation. The rest of what is no 2000::/3 is refused below.
  '2001::/32',
  '2001:10::/28',
  '2001:20::/28',
  '2001:db8::/32',
  '3fff::/20',
] as const;

/** Beside what is private, only these IPv6 addresses have been given out: everything else is reserved. */
export const givenOutRange = '2000::/3';
