import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Certificate } from '@relay/config';

/** Throws, with what OpenSSL says, when the certificate cannot be read or the key is another one's. Neither is quoted. */
export function assertUsable({ cert, key }: Certificate): void {
  // Empty ones would go unnoticed until somebody connects.
  new X509Certificate(cert);
  createPrivateKey(key);
  createSecureContext({ cert, key });
}

/** Epoch ms at which the first of them ends: the certificate, or one of those that vouch for it. */
export function firstEndOf({ cert }: Pick<Certificate, 'cert'>): number {
  const certificates = cert.match(oneCertificate) ?? [];
  return Math.min(...certificates.map((pem) => new X509Certificate(pem).validToDate.getTime()));
}

const oneCertificate =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;
