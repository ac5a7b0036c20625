/** How a subscriber is called, beside its URL. Secrets in here must not be shown. */

/** What proves to the subscriber that the relay sent it. */
export type Signing =
  | {
      readonly kind: 'standard-webhooks';
      /** Newest first; each gives a `v1` signature. */
      readonly secrets: readonly Buffer[];
      /** Ed25519 private keys in PKCS#8 (DER), newest first; each gives a `v1a` signature. */
      readonly privateKeys: readonly Buffer[];
    }
  | {
      readonly kind: 'hmac';
      /** In lower case. */
      readonly header: string;
      readonly algorithm: 'sha1' | 'sha256' | 'sha512';
      readonly encoding: 'hex' | 'base64';
      /** What stands before a signature, such as `sha256=`. */
      readonly prefix: string;
      /** Newest first; each gives a signature, in the order given. */
      readonly keys: readonly Buffer[];
      /** What stands between several signatures. */
      readonly separator: string;
      /** What is signed, put together in this order. */
      readonly signed: readonly SignedForSubscriber[];
      /** Where the time is said, in seconds; its header may be the signature's own, which then begins with it. */
      readonly timestamp?: { readonly header: string; readonly prefix: string; readonly separator: string };
    };

export type SignedForSubscriber = 'body' | 'timestamp' | 'id' | { readonly text: string };

/** Who the relay says it is. */
export type Auth =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }
  | {
      /** OAuth2 client credentials (RFC 6749, 4.4). */
      readonly kind: 'oauth2';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope?: string;
      readonly audience?: string;
      /** How the client proves itself to the token's server: HTTP basic, or in the form's body. */
      readonly credentialsIn: 'header' | 'body';
    };

/** In PEM. */
export interface ClientTls {
  readonly cert?: string;
  readonly key?: string;
  /** Vouches for the subscriber beside the well-known authorities. */
  readonly ca?: string;
}

/** Which addresses may be called. */
export interface Network {
  /** Whether private, loopback and other addresses that are not on the internet may be. */
  readonly allowPrivate: boolean;
  /** Addresses and CIDRs; go before everything else. */
  readonly deny: readonly string[];
  /** Addresses and CIDRs that may be called whatever else they are, link-local and metadata addresses too. */
  readonly allow: readonly string[];
}

/** At most `count` attempts in `perMs`, by all workers together. */
export interface Rate {
  readonly count: number;
  readonly perMs: number;
}

/** When attempt after attempt failing puts a subscriber on hold. */
export interface Breaker {
  /** So many failed attempts in a row. */
  readonly failures: number;
  /** Waits in ms before the first, second, … probe; the last one repeats. */
  readonly probeMs: readonly number[];
}
