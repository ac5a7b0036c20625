import { get, list, textOf } from './look.ts';
import type { Fault } from './mistake.ts';

/** What contradicts itself between the keys of a subscriber. */
export function subscriberFaults(values: unknown): readonly Fault[] {
  return list(get(values, 'subscribers')).flatMap((subscriber, index) => {
    const faults = [
      ...orderFaults(subscriber),
      ...redactFaults(subscriber),
      ...headerFaults(subscriber),
      ...tlsFaults(subscriber),
    ];
    return faults.map(({ path, message }) => ({ path: ['subscribers', index, ...path], message }));
  });
}

function orderFaults(subscriber: unknown): readonly Fault[] {
  if (get(subscriber, 'ordered') !== true || get(subscriber, 'concurrency') === undefined) return [];
  const message =
    'contradicts ordered: true, which has one delivery of an endpoint in flight; leave it out, or write ordered: {by: device}';
  return [{ path: ['concurrency'], message }];
}

function redactFaults(subscriber: unknown): readonly Fault[] {
  return get(subscriber, 'redact') === true && get(subscriber, 'payload') === 'json'
    ? [{ path: ['redact'], message: 'is not for payload json, which leaves the vendor’s credentials out already' }]
    : [];
}

/** Two keys that would set one header. */
function headerFaults(subscriber: unknown): readonly Fault[] {
  const written = get(subscriber, 'headers');
  const added = typeof written === 'object' && written !== null ? Object.keys(written) : [];
  const signature = textOf(get(subscriber, 'sign', 'header'));
  const time = textOf(get(subscriber, 'sign', 'timestamp', 'header'));
  const taken = new Map([
    ...(get(subscriber, 'auth') === undefined ? [] : [['authorization', 'auth'] as const]),
    ...(signature === undefined ? [] : [[signature.toLowerCase(), 'sign.header'] as const]),
    ...(time === undefined || time.toLowerCase() === signature?.toLowerCase()
      ? []
      : [[time.toLowerCase(), 'sign.timestamp.header'] as const]),
  ]);
  const signsAuthorization = [signature, time].some((name) => name?.toLowerCase() === 'authorization');
  return [
    ...added.flatMap((name) => {
      const owner = taken.get(name.toLowerCase());
      return owner === undefined
        ? []
        : [{ path: ['headers', name], message: `is set by ${owner} already; leave one of them out` }];
    }),
    ...(signsAuthorization && get(subscriber, 'auth') !== undefined
      ? [{ path: ['auth'], message: 'sets authorization, and so does sign; leave one of them out' }]
      : []),
  ];
}

/** Its files would be read, and used nowhere. */
function tlsFaults(subscriber: unknown): readonly Fault[] {
  const urls = [
    get(subscriber, 'url'),
    get(subscriber, 'auth', 'oauth2', 'tokenUrl'),
    get(subscriber, 'proxy'),
  ].flatMap((url) => textOf(url) ?? []);
  const clear = urls.length > 0 && urls.every((url) => /^http:/i.test(url));
  return clear && get(subscriber, 'tls') !== undefined
    ? [{ path: ['tls'], message: 'is for https, and the url is http' }]
    : [];
}
