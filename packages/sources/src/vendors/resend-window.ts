import type { Message } from '@relay/core';

/**
 * ThingSpace was seen to repeat a callback within seconds. Where neither an attempt number nor a request id tells a
 * resend from the next callback of the same words, no more than that is waited for
 * (docs/decisions/0008-a-short-window-for-what-has-no-name.md).
 */
export function resendWindow(
  vendorAttempt: number | undefined,
  correlationId: string | undefined,
): Pick<Message, 'resendWithinMs'> {
  return vendorAttempt === undefined && correlationId === undefined ? { resendWithinMs } : {};
}

const resendWithinMs = 60_000;
