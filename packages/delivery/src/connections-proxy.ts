/** A forward proxy. */
export interface ForwardProxy {
  readonly secure: boolean;
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** What proves who the relay is, for `proxy-authorization`. */
  readonly authorization: string | undefined;
}

/** The proxy at an http:// or https:// URL, which has its credentials. */
export function proxyAt(url: string): ForwardProxy {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'https:';
  const credentials = `${decoded(username)}:${decoded(password)}`;
  return {
    secure,
    host: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port: Number(port) || (secure ? 443 : 80),
    authorization: credentials === ':' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`,
  };
}

/** URLs leave a percent sign that encodes nothing as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
