export const sourceNames = ['thingspace', 'thingspace-soap', 'voximplant', 'ixc-acs', 'generic'] as const;
export type SourceName = (typeof sourceNames)[number];

/** The one URL registered with a vendor for an account and a service. */
export interface Endpoint {
  readonly name: string;
  readonly source: SourceName;
  /** The path it listens on, beginning with `/`. */
  readonly path: string;
  /** Fixed, or taken from the `username` that the vendor echoes in each body. */
  readonly account: string | FromUsername | undefined;
  readonly service: string | undefined;
  readonly verify: Verify;
  readonly dedupMs: number;
}

export interface FromUsername {
  readonly from: 'username';
}

export interface Verify {
  /** Any one of them passes, so that an old password stays good while a new one takes effect. Empty: not checked. */
  readonly credentials: readonly Credentials[];
  /** Addresses and CIDRs a callback may come from. Empty: any. */
  readonly allow: readonly string[];
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}
