interface Asked {
  readonly url: string;
  /** Whether one certificate only would have done. */
  readonly pinned: boolean;
}

/** Codes of OpenSSL for a certificate that nothing here vouches for. */
const untrusted = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

/** Why a request had no answer, and what may help. */
export function whyNoAnswer(error: unknown, { url, pinned }: Asked): string {
  const { message, code = '' } = error as NodeJS.ErrnoException;
  if (untrusted.includes(code) && pinned)
    return 'another certificate is shown there than tls.cert says: is another configuration in force?';
  if (untrusted.includes(code)) {
    // Node goes on with a hint of its own, which is for programs that are started otherwise.
    const [reason] = message.split(';');
    return `the certificate is not trusted here (${reason}): set NODE_EXTRA_CA_CERTS to a file with it, or with what vouches for it`;
  }
  // What a TLS port does with a request in clear text, and the other way round.
  if (message === 'socket hang up' && url.startsWith('http:')) return `${message} (is it https?)`;
  if (message.includes('wrong version number')) return 'no TLS is spoken there (is it http?)';
  return message || code || String(error);
}
