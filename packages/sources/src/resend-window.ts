/**
 * For how long equal callbacks are taken for one and its resend, in ms, where nothing in them tells the two apart and the
 * window of their endpoint is longer (docs/decisions/0008-a-short-window-for-what-has-no-name.md).
 */
export const resendWindowMs = {
  /** ThingSpace without an attempt number: it was seen to repeat a callback within seconds. */
  unnumbered: 60_000,
  /** Without the id that the endpoint's window is meant for. */
  unnamed: 10 * 60_000,
} as const;
