import { createHmac } from 'node:crypto';
import type { Endpoint, Subscriber } from '@relay/core';
import { type Settings, settingsOf } from './settings.ts';

/** What is said of each key of one endpoint or subscriber, or of the settings beside them. Of what may be secret only a hash, which tells that it has changed. */
export type Fingerprint = Readonly<Record<string, Trace>>;

export interface Trace {
  /** May be shown. */
  readonly value?: unknown;
  readonly hash?: string;
}

/** What a fingerprint is of. */
export interface Printed {
  readonly kind: (typeof kinds)[number];
  readonly name: string;
}

const kinds = ['endpoint', 'subscriber', 'settings'] as const;

/** There is one of its kind. */
const settingsName = 'relay';

/** What has no secrets, by its name in core, with the key of relay.yaml it stands for. Whatever is not named here is hashed. */
const shownOfEndpoint = {
  source: 'source',
  path: 'path',
  url: 'url',
  account: 'account',
  service: 'service',
  dedupMs: 'dedup',
  batch: 'batch',
} as const satisfies Partial<Record<keyof Endpoint, string>>;
const shownOfSubscriber = {
  method: 'method',
  endpoints: 'receives',
  from: 'from',
  resume: 'resume',
  timeoutMs: 'timeout',
  connectTimeoutMs: 'timeout.connect',
  concurrency: 'concurrency',
  order: 'ordered',
  rate: 'rate',
  retry: 'retry',
  breaker: 'breaker',
  network: 'network',
  payload: 'payload',
  redact: 'redact',
} as const satisfies Partial<Record<keyof Subscriber, string>>;
const hashedAs: Readonly<Record<string, string>> = { signing: 'sign', wheres: 'receives.where' };

/** Its name, and what follows from other keys. */
const leftOut: ReadonlySet<string> = new Set<keyof Endpoint | keyof Subscriber>(['name', 'keptHeaders']);

const hashDigits = 16;

/** A text for each endpoint and subscriber, and one for the settings, under names that are read back by `readFingerprints`. */
export function fingerprintsOf(
  configuration: Settings & { readonly endpoints: readonly Endpoint[]; readonly subscribers: readonly Subscriber[] },
  salt: string,
): ReadonlyMap<string, string> {
  const of = (
    kind: Printed['kind'],
    named: readonly (Endpoint | Subscriber)[],
    shown: Readonly<Record<string, string>>,
  ) => named.map((one) => [nameOf({ kind, name: one.name }), JSON.stringify(printOf(one, shown, salt))] as const);
  return new Map([
    ...of('endpoint', configuration.endpoints, shownOfEndpoint),
    ...of('subscriber', configuration.subscribers, shownOfSubscriber),
    [nameOf({ kind: 'settings', name: settingsName }), JSON.stringify(printOfSettings(configuration, salt))],
  ]);
}

/** What is not one of ours is left out: another version of the relay may have written it. */
export function readFingerprints(
  texts: ReadonlyMap<string, string>,
): Map<string, Printed & { readonly print: Fingerprint }> {
  const read = new Map<string, Printed & { readonly print: Fingerprint }>();
  for (const [written, text] of texts) {
    const [first, name] = written.split(' ');
    const kind = kinds.find((known) => known === first);
    if (kind !== undefined && name !== undefined)
      read.set(written, { kind, name, print: JSON.parse(text) as Fingerprint });
  }
  return read;
}

function nameOf({ kind, name }: Printed): string {
  return `${kind} ${name}`;
}

function printOf(one: Endpoint | Subscriber, shown: Readonly<Record<string, string>>, salt: string): Fingerprint {
  const print: Record<string, Trace> = {};
  for (const [key, value] of Object.entries(one)) {
    if (leftOut.has(key) || value === undefined || isEmpty(value)) continue;
    const as = shown[key];
    print[as ?? hashedAs[key] ?? key] = as === undefined ? hashed(key, value, one.name, salt) : { value };
  }
  return print;
}

function printOfSettings(settings: Settings, salt: string): Fingerprint {
  const { shown, hashed: secret } = settingsOf(settings);
  const print: Record<string, Trace> = {};
  for (const [key, value] of Object.entries(shown)) if (value !== undefined) print[key] = { value };
  for (const [key, value] of Object.entries(secret))
    print[key] = { ...print[key], ...hashed(key, value, settingsName, salt) };
  return print;
}

/** Such as no headers: as if the key were not there. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** Of a URL its origin may be shown: it is the rest that may let somebody in. */
function hashed(key: string, value: unknown, name: string, salt: string): Trace {
  const hash = createHmac('sha256', salt)
    .update(canonical([key, name, value]))
    .digest('hex')
    .slice(0, hashDigits);
  return key === 'url' && typeof value === 'string' ? { value: new URL(value).origin, hash } : { hash };
}

/** The same text for the same values, in whatever order a file gives them. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
