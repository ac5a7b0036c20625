import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Certificate } from './configuration.ts';

export interface CertificateFault {
  readonly key: keyof Certificate;
  readonly message: string;
}

/**
 * What keeps a certificate and its key from being used, or undefined. That it has expired does not: a relay that refused to
 * start for it would make an outage worse.
 */
export function certificateFault({ cert, key }: Certificate): CertificateFault | undefined {
  const certificate = ifPossible(() => new X509Certificate(cert));
  if (certificate === undefined) return { key: 'cert', message: 'is not the file of a certificate in PEM' };
  const privateKey = ifPossible(() => createPrivateKey(key));
  if (privateKey === undefined)
    return { key: 'key', message: 'is not the file of a private key in PEM without a passphrase' };
  if (!fits(certificate, privateKey))
    return {
      key: 'key',
      message: 'does not belong to the certificate in cert, or to the first one where there are several',
    };
  const usable = ifPossible(() => createSecureContext({ cert, key }));
  return usable === undefined
    ? { key: 'cert', message: 'cannot be used: its chain is damaged, or its key is too short' }
    : undefined;
}

/** What keeps certificates in PEM from vouching for others, or undefined. */
export function authorityFault(pem: string): string | undefined {
  const certificates = pem.match(oneCertificate) ?? [];
  const readable = certificates.every((one) => ifPossible(() => new X509Certificate(one)) !== undefined);
  const usable = readable ? ifPossible(() => createSecureContext({ ca: pem })) : undefined;
  return certificates.length === 0 || usable === undefined ? 'is not the file of certificates in PEM' : undefined;
}

/** Epoch ms at which the first of them ends: the certificate, or one of those that vouch for it. There is no fault in them. */
export function firstEndOf({ cert }: Pick<Certificate, 'cert'>): number {
  return Math.min(...endsOf(cert));
}

/** Epoch ms at which the last of these authorities ends. There is no fault in them. */
export function lastEndOf({ ca }: { readonly ca: string }): number {
  return Math.max(...endsOf(ca));
}

function endsOf(pem: string): readonly number[] {
  return (pem.match(oneCertificate) ?? []).map((one) => new X509Certificate(one).validToDate.getTime());
}

const oneCertificate =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

function fits(certificate: X509Certificate, key: KeyObject): boolean {
  return ifPossible(() => certificate.checkPrivateKey(key)) ?? false;
}

function ifPossible<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    // The error's own message may quote what it could not read.
    return undefined;
  }
}
