import * as z from 'zod';
import { isAddressRange } from './address-range.ts';
import { durationPattern, formatDuration, parseDuration } from './duration.ts';
import { headerNameRule, isHeaderName } from './header.ts';
import { nearMiss } from './near-miss.ts';
import { formatSize, parseSize, sizePattern } from './size.ts';

/** The pieces that the declaration is put together from. Each says in one sentence what it wants. */

/** A block of keys in which any other key is a mistake. */
export function block<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    // One sentence per key, a line each; JSON.stringify keeps a key's own line breaks out of them.
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => unknownKey(key, shape)).join('\n') : undefined,
  });
}

function unknownKey(key: string, shape: z.core.$ZodLooseShape): string {
  const meant = nearMiss(key, Object.keys(shape));
  if (meant !== undefined) return `unknown key ${JSON.stringify(key)}; did you mean ${meant}?`;
  return `unknown key ${JSON.stringify(key)}; the keys here are ${Object.keys(shape).join(', ')}`;
}

/** For a schema's `error`: the sentence for a value that is there but wrong; a missing one is said to be missing. */
export function wants(sentence: string): (issue: { readonly input?: unknown }) => string | undefined {
  return ({ input }) => (input === undefined || input === null ? undefined : sentence);
}

export function text(missing = 'is missing') {
  const error = ({ input }: { readonly input?: unknown }) => (input === undefined ? missing : undefined);
  return z.string({ error }).min(1, { error: wants('must not be empty'), abort: true });
}

export function duration({ min, max }: { readonly min: string; readonly max: string }) {
  const sentence = 'must be a duration such as 500ms, 15s, 10m, 24h or 7d';
  return z
    .string({ error: wants(sentence) })
    .meta({ pattern: jsonPattern(durationPattern) })
    .transform((written, context) => {
      const ms = parseDuration(written);
      if (ms === undefined) return fail(context, sentence);
      if (ms < (parseDuration(min) ?? 0) || ms > (parseDuration(max) ?? Infinity)) {
        return fail(context, `must be from ${min} to ${max}, and is ${formatDuration(ms)}`);
      }
      return ms;
    });
}

export function size({ min, max }: { readonly min: string; readonly max: string }) {
  const sentence = 'must be a size such as 512B, 64KiB or 1MiB';
  return z
    .string({ error: wants(sentence) })
    .meta({ pattern: jsonPattern(sizePattern) })
    .transform((written, context) => {
      const bytes = parseSize(written);
      if (bytes === undefined) return fail(context, sentence);
      if (bytes < (parseSize(min) ?? 0) || bytes > (parseSize(max) ?? Infinity)) {
        return fail(context, `must be from ${min} to ${max}, and is ${formatSize(bytes)}`);
      }
      return bytes;
    });
}

export function host() {
  return z.string().regex(/^[\w.:%-]+$/, { error: wants('must be an address or a host name, without a port') });
}

export function port() {
  const error = wants('must be a port number from 0 to 65535, without quotes');
  return z.int({ error }).min(0, { error }).max(65_535, { error });
}

export function addressRange() {
  return z.string().refine(isAddressRange, {
    error: wants('must be an address or a range such as 3.87.163.45, 10.0.0.0/8 or 2001:db8::/32'),
  });
}

/** The name of a header that comes in, in lower case. */
export function headerName() {
  return z
    .string()
    .refine(isHeaderName, { error: wants(headerNameRule) })
    .transform((name) => name.toLowerCase());
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  const list = words.join(', ');
  return z.enum(words, {
    error: ({ input }) => {
      if (input === undefined) return `is missing: write one of ${list}`;
      const meant = typeof input === 'string' ? nearMiss(input, words) : undefined;
      return wants(`must be one of ${list}${meant === undefined ? '' : `; did you mean ${meant}?`}`)({ input });
    },
  });
}

/** For a union: a list, or one element in its place. */
export function listOrOne<Element extends z.ZodType>(element: Element) {
  const one = element.transform((only) => [only]);
  const several = z.array(element).min(1, { error: wants('must not be an empty list') });
  return [one, several] as const;
}

/** An absolute URL with one of these protocols, such as `https:`. */
export function isUrl(written: string, protocols: readonly string[]): boolean {
  return URL.canParse(written) && protocols.includes(new URL(written).protocol) && !/\s/.test(written);
}

function fail(context: z.core.$RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}

/** A pattern as JSON Schema takes it, which knows no named groups everywhere. */
export function jsonPattern(pattern: RegExp): string {
  return pattern.source.replaceAll(/\?<\w+>/g, '');
}
