/**
 * Path and query of a request target. One that names scheme and host as well is as good (RFC 9112, section 3.2.2); `*`
 * and the like stay what they are.
 */
export function originFormOf(target: string): string {
  const rest = target.replace(schemeAndHost, '');
  return rest === '' || rest.startsWith('?') ? `/${rest}` : rest;
}

const schemeAndHost = /^https?:\/\/[^/?#]*/i;

/** The path as it stands there: nothing is decoded, so that two spellings are two paths. */
export function pathOf(target: string): string {
  return target.split(/[?#]/, 1)[0] ?? '';
}
