/** The one table of what a vendor may be told instead of 2xx. The code is stable; docs/errors.md explains each. */
export const refusals = {
  unreadable: { status: 400, title: 'The callback could not be read' },
  unauthorized: { status: 401, title: 'The credentials or the signature are wrong' },
  'address-not-allowed': { status: 403, title: 'Callbacks are not taken from this address' },
  'no-such-endpoint': { status: 404, title: 'There is no endpoint at this path' },
  'method-not-allowed': { status: 405, title: 'Callbacks are taken by POST' },
  'too-large': { status: 413, title: 'The callback is larger than the relay takes' },
  'unsupported-encoding': { status: 415, title: 'The content encoding is not supported' },
  'not-kept': { status: 503, title: 'The callback could not be kept now, send it again' },
} as const satisfies Record<string, { status: number; title: string }>;

export type RefusalCode = keyof typeof refusals;

/** Why a callback is not taken. The detail says what to do and never quotes the body. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly detail: string;
}
