import { isIPv4, isIPv6 } from 'node:net';

/** Where in an IPv6 address an IPv4 address stands: the 16-bit words before it, and where it begins. */
const embeddings: readonly (readonly [words: readonly number[], from: number])[] = [
  // 64:ff9b::/96, translated on the way (NAT64, RFC 6052).
  [[0x64, 0xff9b, 0, 0, 0, 0], 6],
  // ::ffff:0:0:0/96, translated by the host (RFC 2765).
  [[0, 0, 0, 0, 0xffff, 0], 6],
  // 2002::/16, tunnelled (6to4, RFC 3056).
  [[0x2002], 1],
];
const mapped = [0, 0, 0, 0, 0, 0xffff] as const;

/**
 * The address in the one spelling that addresses are compared in: without a zone, and as IPv4 if it is one in the clothes of
 * IPv6 (`::ffff:127.0.0.1`), since that is what the system calls. Undefined for what is no address.
 */
export function plainAddress(written: string): string | undefined {
  const [address = ''] = written.split('%');
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return undefined;
  const words = wordsOf(address);
  return startsWith(words, mapped) ? ipv4At(words, mapped.length) : words.map((word) => word.toString(16)).join(':');
}

/** The IPv4 address that an IPv6 address leads to in the end. */
export function embeddedIPv4(address: string): string | undefined {
  const words = wordsOf(address);
  const [, from] = embeddings.find(([prefix]) => startsWith(words, prefix)) ?? [];
  return from === undefined ? undefined : ipv4At(words, from);
}

/** The eight 16-bit words of an IPv6 address. */
function wordsOf(address: string): number[] {
  // A URL writes them all in hexadecimal, and leaves out one run of zeros.
  const written = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = written.split('::');
  const before = words(head);
  const after = words(tail ?? '');
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function words(written: string): number[] {
  return written === '' ? [] : written.split(':').map((word) => Number.parseInt(word, 16));
}

function startsWith(address: readonly number[], prefix: readonly number[]): boolean {
  return prefix.every((word, at) => address[at] === word);
}

function ipv4At(address: readonly number[], from: number): string {
  const [high = 0, low = 0] = address.slice(from, from + 2);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}
