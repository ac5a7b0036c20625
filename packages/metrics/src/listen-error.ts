/** Why an address cannot be listened on, and what to do; `key` is where relay.yaml says so. */
export function describeListenError(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
  key: string,
): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is in use: end what uses it, or change ${key} in the configuration`;
    case 'EACCES':
      return `port ${port} may not be used by this user: take one above 1023 in ${key}`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is no address of this machine: change ${key} in the configuration`;
    default:
      return `cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
