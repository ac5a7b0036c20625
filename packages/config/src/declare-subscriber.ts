import { isDeepStrictEqual } from 'node:util';
import type { From } from '@relay/core';
import * as z from 'zod';
import { block, duration, isUrl, notYet, text, wants } from './declare.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { headerNameFault, isHeaderValue } from './header.ts';
import { isName, nameRule } from './name.ts';
import { type ReadSecret, secretList, secretText, signingSecret } from './secret.ts';

const defaultSchedule = ['5s', '30s', '2m', '10m', '30m', '1h', '3h', '6h', '12h'];

export type DeclaredSubscriber = z.output<ReturnType<typeof declareSubscriber>>;

/** One item of `subscribers`. */
export function declareSubscriber(readSecret: ReadSecret) {
  return block({
    name: z
      .string()
      .refine(isName, { error: wants(nameRule) })
      .describe('What the subscriber is called in commands and metrics. Its cursor goes by this name.'),
    url: z.string().superRefine(checkUrl).describe('Where its messages are posted: http or https.'),
    receives: z
      .array(receivesEntry())
      .min(1, { error: wants('must name at least one endpoint, or "*" for all') })
      .describe('Names of endpoints, or globs with * and ?.'),
    from: from()
      .prefault('now')
      .describe('Where it begins in a log it has not read before: now, beginning, or a duration back such as 24h.'),
    timeout: duration({ min: '100ms', max: '10m' })
      .prefault('15s')
      .describe('For one whole attempt, from the connection to the answer.'),
    concurrency: concurrency().default(16).describe('Deliveries in flight per worker process.'),
    retry: declareRetry().prefault({}).describe('When a failed attempt is made again.'),
    sign: block({
      secret: secretList(signingSecret(readSecret)).describe(
        'A secret of 24 to 64 bytes: whsec_ and base64, or plain text; or file: and the path of a file that holds it. A list, newest first, signs with each.',
      ),
      header: notYet('Another header to carry the signature.'),
      algorithm: notYet('Another algorithm.'),
      encoding: notYet('Another encoding.'),
      prefix: notYet('What stands before the signature.'),
      timestamp: notYet('A header to carry the time.'),
    })
      .optional()
      .describe('Signs every attempt as Standard Webhooks says. Without it nothing is signed.'),
    headers: z
      .record(z.string().superRefine(checkHeaderName), headerValue(readSecret))
      .superRefine(checkHeadersOnce)
      .prefault({})
      .describe(
        'Headers added to every attempt, such as authorization. A value may be file: and the path of a file that holds it.',
      ),
    payload: z
      .enum(['raw', 'json'], {
        error: ({ input }) =>
          input === 'cloudevents' ? 'cloudevents is not supported yet' : wants('must be raw or json')({ input }),
      })
      .default('raw')
      .describe('`raw`: the vendor’s body, byte for byte. `json`: one shape for every source.'),
    redact: z
      .boolean()
      .default(false)
      .describe('Whether the vendor’s credentials are taken out of a raw body, which is then no longer byte for byte.'),
    method: notYet('Another method than POST.'),
    auth: notYet('Basic, bearer or OAuth2 client credentials.'),
    tls: notYet('Client certificate and own certificate authority.'),
    proxy: notYet('A forward proxy.'),
    network: notYet('Which addresses may be called.'),
    breaker: notYet('When the subscriber is put on hold.'),
    rate: notYet('Deliveries per second across all workers.'),
    ordered: notYet('Deliveries in the order in which messages were kept.'),
    resume: notYet('Going on where a subscriber stood that had been removed.'),
  }).refine(({ payload, redact }) => !redact || payload === 'raw', {
    error: 'is for payload raw; json leaves the vendor’s credentials out already',
    path: ['redact'],
  });
}

function declareRetry() {
  return block({
    schedule: z
      .array(duration({ min: '1ms', max: '365d' }))
      .min(1, { error: wants('must not be an empty list') })
      .max(100, { error: wants('must have 100 steps at most; the last one repeats') })
      .prefault(defaultSchedule)
      .describe('Waits after the first, second, … failed attempt; the last one repeats. Up to 20 % longer at random.'),
    maxAge: duration({ min: '1s', max: '365d' })
      .prefault('3d')
      .describe('Counted from the first attempt; after that the delivery becomes a dead letter.'),
    maxAttempts: notYet('Attempts after which a delivery is given up.'),
    jitter: notYet('How much longer a wait may be.'),
    giveUpOn: notYet('Statuses that make a dead letter at once.'),
    retryOn: notYet('Statuses that are tried again.'),
  })
    .superRefine(checkSchedule)
    .transform(({ schedule, maxAge }) => ({ scheduleMs: schedule, maxAgeMs: maxAge }));
}

type Check<T> = (value: T, context: z.core.$RefinementCtx<T>) => void;

const checkSchedule: Check<{ readonly schedule: readonly number[]; readonly maxAge: number }> = (
  { schedule, maxAge },
  context,
) => {
  // Who writes only a short maxAge means just that, and is not to blame for the schedule.
  if (isDeepStrictEqual(schedule, defaultSchedule.map(parseDuration))) return;
  let ageMs = 0;
  for (const [index, step] of schedule.entries()) {
    ageMs += step;
    if (ageMs <= maxAge) continue;
    const message = `would be reached ${formatDuration(ageMs)} after the first attempt, beyond maxAge ${formatDuration(maxAge)}: shorten the schedule or raise maxAge`;
    context.addIssue({ code: 'custom', message, path: ['schedule', index] });
    return;
  }
};

const checkUrl: Check<string> = (url, context) => {
  if (!isUrl(url, ['http:', 'https:'])) {
    context.addIssue({ code: 'custom', message: 'must be a URL that begins with http:// or https://' });
  } else if (new URL(url).username !== '' || new URL(url).password !== '') {
    context.addIssue({
      code: 'custom',
      message: 'must not carry a username or password, which would show in logs; use headers: {authorization: …}',
    });
  }
};

const checkHeaderName: Check<string> = (name, context) => {
  const message = headerNameFault(name);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
};

const checkHeadersOnce: Check<Record<string, string>> = (headers, context) => {
  const seen = new Set<string>();
  for (const name of Object.keys(headers)) {
    const lower = name.toLowerCase();
    if (seen.has(lower))
      context.addIssue({ code: 'custom', message: 'this header is already there in another spelling', path: [name] });
    seen.add(lower);
  }
};

function headerValue(readSecret: ReadSecret) {
  return secretText(readSecret).refine(isHeaderValue, {
    error: wants('must be text that a header can carry: no line breaks, no characters beyond Latin-1'),
  });
}

function receivesEntry() {
  const nameOrGlob = text();
  const entry = block({
    endpoint: nameOrGlob.describe('Name or glob of an endpoint.'),
    where: notYet('Which of its messages.'),
  });
  return z.union([nameOrGlob, entry.transform(({ endpoint }) => endpoint)], {
    error: wants('must be the name of an endpoint, a glob, or {endpoint: …}'),
  });
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

function concurrency() {
  const error = wants('must be a whole number from 1 to 1000');
  return z.int({ error }).min(1, { error }).max(1000, { error });
}
