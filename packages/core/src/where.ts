/** Which messages are wanted: a rule over what is known of a message. */
export type Where =
  | { readonly all: readonly Where[] }
  | { readonly any: readonly Where[] }
  | { readonly not: Where }
  | { readonly subject: Subject; readonly condition: Condition };

/** What of a message is looked at. What it does not have satisfies no condition but `exists: false`. */
export type Subject =
  | { readonly kind: 'account' | 'service' | 'type' | 'status' | 'correlationId' }
  /** Any of its devices. */
  | { readonly kind: 'device' }
  /** A header of the vendor's request, in lower case. */
  | { readonly kind: 'header'; readonly name: string }
  /** A JSON pointer (RFC 6901) into the body, read as its source reads it. */
  | { readonly kind: 'body'; readonly pointer: string };

export type Scalar = string | number | boolean | null;

export type Condition =
  | { readonly anyOf: readonly Scalar[] }
  | { readonly prefix: string }
  | { readonly suffix: string }
  | { readonly exists: boolean }
  /** Numbers, and texts that are numbers. */
  | { readonly above?: number; readonly atLeast?: number; readonly below?: number; readonly atMost?: number };
