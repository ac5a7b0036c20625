/**
 * Why there is no connection, where the system has no code for it:
 *
 *   ERR_ADDRESS_REFUSED   the guard lets nobody call this address, or none of those that the name stands for
 *   ERR_CONNECT_TIMEOUT   it was not there in time, TLS and the proxy's part included
 *   ERR_PROXY             the proxy cannot be reached, wants other credentials, or does not get through
 *
 * The message stays in the process: it names no address.
 */
export class ConnectionError extends Error {
  readonly code: 'ERR_ADDRESS_REFUSED' | 'ERR_CONNECT_TIMEOUT' | 'ERR_PROXY';

  constructor(code: ConnectionError['code']) {
    super(code);
    this.name = 'ConnectionError';
    this.code = code;
  }
}
