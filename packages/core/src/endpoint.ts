import type { Answer } from './source.ts';

export const sourceNames = ['thingspace', 'thingspace-soap', 'voximplant', 'ixc-acs', 'generic'] as const;
export type SourceName = (typeof sourceNames)[number];

/** The one URL registered with a vendor for an account and a service. */
export interface Endpoint {
  readonly name: string;
  readonly source: SourceName;
  /** The path it listens on, beginning with `/`. */
  readonly path: string;
  /** What vendors are told: `path` behind the public URL, without a query and without a secret in the path. */
  readonly url?: string;
  /** Fixed, or taken from the `username` that the vendor echoes in each body. */
  readonly account: string | FromUsername | undefined;
  readonly service: string | undefined;
  readonly verify: Verify;
  readonly dedupMs: number;
  /** Where a source that knows nothing of its vendor finds what a message is called. */
  readonly naming?: Naming;
  /** What becomes of a request with several callbacks: a message of each (the default), or one of all. */
  readonly batch?: 'each' | 'whole';
  /** Instead of what the source would answer. */
  readonly answer?: Answer;
  /** Headers of the vendor's request that a rule of some subscriber asks for, in lower case and sorted; absent when none does. */
  readonly keptHeaders?: readonly string[];
}

export interface FromUsername {
  readonly from: 'username';
}

/** How a genuine callback is told from a forged one. Everything that is there has to pass. */
export interface Verify {
  /** Username and password in the body. Any pair passes, so that an old password stays good while a new one takes effect. Empty: not checked. */
  readonly credentials: readonly Credentials[];
  /** Addresses and CIDRs a callback may come from. Empty: any. */
  readonly allow: readonly string[];
  /** HTTP Basic; any pair passes. */
  readonly basic?: readonly Credentials[];
  /** Tokens of `Authorization: Bearer`; any passes. */
  readonly bearer?: readonly string[];
  readonly header?: NamedSecret;
  readonly query?: NamedSecret;
  /** What stands in the URL behind `path` and a slash; any passes. */
  readonly path?: readonly string[];
  readonly hmac?: Hmac;
  readonly callbackHash?: CallbackHash;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** A header or query parameter that carries a secret as it is; any of the secrets passes. */
export interface NamedSecret {
  readonly name: string;
  readonly secrets: readonly string[];
}

/** A signature that a header carries. */
export interface Hmac {
  /** In lower case. */
  readonly header: string;
  /** Keys as they are; any passes. */
  readonly keys: readonly Buffer[];
  readonly algorithm: 'sha1' | 'sha256' | 'sha512';
  readonly encoding: 'hex' | 'base64';
  /** What stands before a signature in the header, such as `sha256=`; empty for nothing. */
  readonly prefix: string;
  /** What stands between several signatures in one header; empty: there is one. */
  readonly separator: string;
  /** What is signed, one behind the other. */
  readonly signed: readonly SignedPart[];
  readonly timestamp?: SignedTimestamp;
  /** A query parameter of the signed URL that holds the body's SHA-256 in hex, for vendors that do not sign the body itself. */
  readonly bodyHashQuery?: string;
}

/** Something of the request (a header by its name in lower case, `url` as vendors are told it), or a text as it is. */
export type SignedPart = 'body' | 'timestamp' | 'url' | { readonly header: string } | { readonly text: string };

/** Epoch seconds, or milliseconds, at which the vendor signed. */
export interface SignedTimestamp {
  /** In lower case. It may be the signature's own. */
  readonly header: string;
  readonly prefix: string;
  readonly separator: string;
  /** How far from now it may lie, in ms. */
  readonly toleranceMs: number;
}

/** Voximplant's: md5(salt + account id + API key + callback id), in each callback of a request. Any pair of salt and key passes. */
export interface CallbackHash {
  readonly salts: readonly string[];
  readonly accountId: string;
  readonly apiKeys: readonly string[];
}

/** Each is a list of places; the values found there are joined. */
export interface Naming {
  /** What a resend repeats and no other callback has. */
  readonly dedupKey?: readonly FactPlace[];
  readonly correlationId?: readonly FactPlace[];
  readonly type?: readonly FactPlace[];
}

/** A header (in lower case), a parameter of the URL's query, or a JSON pointer (RFC 6901) into the body as JSON. */
export type FactPlace = { readonly header: string } | { readonly query: string } | { readonly pointer: string };
