import * as z from 'zod';
import { wants } from './declare.ts';
import { headerNameFault, isHeaderValue } from './header.ts';
import { type ReadSecret, secretText } from './secret.ts';

/** `headers` of a subscriber: what is added to every attempt. */
export function declareHeaders(readSecret: ReadSecret) {
  return z.record(ownHeaderName(), headerValue(readSecret)).superRefine(checkHeadersOnce).prefault({});
}

/** The name of a header that goes out and is not one of the relay's own. */
export function ownHeaderName() {
  return z.string().superRefine((name, context) => {
    const message = headerNameFault(name);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}

/** For keys that are headers' names. */
export function checkHeadersOnce(headers: Record<string, unknown>, context: z.core.$RefinementCtx): void {
  const seen = new Set<string>();
  for (const name of Object.keys(headers)) {
    const lower = name.toLowerCase();
    if (seen.has(lower))
      context.addIssue({ code: 'custom', message: 'this header is already there in another spelling', path: [name] });
    seen.add(lower);
  }
}

function headerValue(readSecret: ReadSecret) {
  return secretText(readSecret).refine(isHeaderValue, {
    error: wants('must be text that a header can carry: no line breaks, no characters beyond Latin-1'),
  });
}
