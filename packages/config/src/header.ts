const ownPrefixes = ['webhook-', 'relay-'];

/** What the relay or the connection itself sets. */
const ownNames = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
]);

export const headerNameRule = 'must be a header’s name: letters, digits and dashes';

export function isHeaderName(name: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name);
}

/** What is wrong with a header's name as a setting, or undefined. */
export function headerNameFault(name: string): string | undefined {
  const lower = name.toLowerCase();
  if (!isHeaderName(name)) return headerNameRule;
  if (ownNames.has(lower) || ownPrefixes.some((prefix) => lower.startsWith(prefix)))
    return 'the relay sets this header itself; use another name';
  if (lower === 'proxy-authorization')
    return 'is for a proxy, not for the subscriber: write it into proxy, http://username:password@host';
  return undefined;
}

/** What node:http accepts as a value. */
export function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

/** The same without spaces at its ends, which get lost on the way. */
export function isHeaderText(value: string): boolean {
  return isHeaderValue(value) && value.trim() === value;
}
