import type { From } from '@relay/core';
import * as z from 'zod';
import { block, isUrl, oneOf, wants } from './declare.ts';
import { declareAuth } from './declare-auth.ts';
import { declareBreaker } from './declare-breaker.ts';
import { declareClientTls } from './declare-client-tls.ts';
import { declareHeaders } from './declare-headers.ts';
import { declareNetwork, declareProxy } from './declare-network.ts';
import { declareConcurrency, declareOrdered, declareRate, declareTimeout } from './declare-pace.ts';
import { declareReceives } from './declare-receives.ts';
import { declareRetry } from './declare-retry.ts';
import { declareSigning } from './declare-signing.ts';
import { parseDuration } from './duration.ts';
import { isName, nameRule } from './name.ts';
import type { ReadSecret } from './secret.ts';

export type DeclaredSubscriber = z.output<ReturnType<typeof declareSubscriber>>;

/** One item of `subscribers`. What is wrong between its keys is in subscriber-faults.ts. */
export function declareSubscriber(readSecret: ReadSecret) {
  return block({
    name: z
      .string()
      .refine(isName, { error: wants(nameRule) })
      .describe('What the subscriber is called in commands and metrics. Its cursor goes by this name.'),
    url: z.string().superRefine(checkUrl).describe('Where its messages are sent: http or https.'),
    method: oneOf(['POST', 'PUT', 'PATCH']).default('POST').describe('How they are sent: `POST`, `PUT` or `PATCH`.'),
    receives: declareReceives().describe('Names of endpoints, or globs with * and ?.'),
    from: from()
      .prefault('now')
      .describe('Where it begins in a log it has not read before: now, beginning, or a duration back such as 24h.'),
    resume: z
      .boolean()
      .default(false)
      .describe(
        'Whether it goes on where it stood when it comes back after it had left the file; else it begins at now.',
      ),
    timeout: declareTimeout().prefault('15s').describe('For one whole attempt, or {connect, total}.'),
    concurrency: declareConcurrency().default(16).describe('Deliveries in flight per worker process.'),
    ordered: declareOrdered()
      .prefault(false)
      .describe(
        'Whether an endpoint’s messages are delivered in the order in which they were kept; {by: device}: those of each device.',
      ),
    rate: declareRate()
      .exactOptional()
      .describe('Attempts by all workers together at most, such as 50/s, 600/m or 1000/h.'),
    retry: declareRetry().prefault({}).describe('When a failed attempt is made again.'),
    breaker: declareBreaker().describe('When failures put the subscriber on hold; off: never.'),
    sign: declareSigning(readSecret)
      .exactOptional()
      .describe('Signs every attempt, as Standard Webhooks says or in another style. Without it nothing is signed.'),
    headers: declareHeaders(readSecret).describe(
      'Headers added to every attempt, such as x-team. A value may be file: and the path of a file that holds it.',
    ),
    auth: declareAuth(readSecret).exactOptional().describe('Who the relay says it is: basic, bearer or oauth2.'),
    tls: declareClientTls(readSecret).exactOptional().describe('Client certificate and own certificate authority.'),
    proxy: declareProxy(readSecret)
      .exactOptional()
      .describe(
        'URL of a forward proxy, with its username and password; or file: and the path of a file that holds it.',
      ),
    network: declareNetwork()
      .exactOptional()
      .describe('Which addresses may be called, instead of what network says at the top of the file.'),
    payload: oneOf(['raw', 'json', 'cloudevents', 'cloudevents-binary'])
      .default('raw')
      .describe(
        '`raw`: the vendor’s body, byte for byte. `json`: one shape for every source. `cloudevents`, `cloudevents-binary`: CloudEvents in either mode.',
      ),
    redact: z
      .boolean()
      .default(false)
      .describe('Whether the vendor’s credentials are taken out of the body, which is then no longer byte for byte.'),
  });
}

function checkUrl(url: string, context: z.core.$RefinementCtx): void {
  if (!isUrl(url, ['http:', 'https:'])) {
    context.addIssue({ code: 'custom', message: 'must be a URL that begins with http:// or https://' });
  } else if (new URL(url).username !== '' || new URL(url).password !== '') {
    const message = 'must not carry a username or password, which would show in logs; use auth: {basic: …}';
    context.addIssue({ code: 'custom', message });
  }
}

function from() {
  const error = wants('must be now, beginning, or a duration back such as 24h');
  return z
    .string({ error })
    .refine((written) => written === 'now' || written === 'beginning' || parseDuration(written) !== undefined, {
      error,
    })
    .transform((written): From => {
      const ms = parseDuration(written);
      if (ms !== undefined) return { kind: 'ago', ms };
      return { kind: written === 'beginning' ? 'beginning' : 'now' };
    });
}
