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
  const authorized = isBlock(get(subscriber, 'auth'));
  const signing = [['header'], ['timestamp', 'header']].flatMap((keys) => {
    const name = textOf(get(subscriber, 'sign', ...keys));
    return name === undefined ? [] : [{ name: name.toLowerCase(), owner: ['sign', ...keys].join('.') }];
  });
  const taken = [...(authorized ? [{ name: 'authorization', owner: 'auth' }] : []), ...signing];
  const added = get(subscriber, 'headers');
  const names = isBlock(added) ? Object.keys(added) : [];
  return [
    ...names.flatMap((written) => {
      const owner = taken.find(({ name }) => name === written.toLowerCase())?.owner;
      return owner === undefined
        ? []
        : [{ path: ['headers', written], message: `is set by ${owner} already; leave one of them out` }];
    }),
    ...(authorized && signing.some(({ name }) => name === 'authorization')
      ? [{ path: ['auth'], message: 'sets authorization, and so does sign; leave one of them out' }]
      : []),
  ];
}

/** Its files would be read, and used nowhere. */
function tlsFaults(subscriber: unknown): readonly Fault[] {
  const places = [['url'], ['auth', 'oauth2', 'tokenUrl'], ['proxy']];
  const urls = places.map((keys) => get(subscriber, ...keys)).filter((url) => url !== undefined);
  const clear = urls.every((url) => typeof url === 'string' && /^http:/i.test(url));
  return clear && urls.length > 0 && isBlock(get(subscriber, 'tls'))
    ? [{ path: ['tls'], message: 'is for https, and the url is http' }]
    : [];
}

/** What is no block has been complained of already. */
function isBlock(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
