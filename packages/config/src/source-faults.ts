import { type SourceName, sourceNames } from '@relay/core';
import { get, list, textOf } from './look.ts';
import type { Fault, Path } from './mistake.ts';

/** The keys of an endpoint that not every source has, and whose they are. */
const owners: readonly { readonly key: readonly string[]; readonly sources: readonly SourceName[] }[] = [
  { key: ['account', 'from'], sources: ['thingspace', 'thingspace-soap'] },
  { key: ['verify', 'credentials'], sources: ['thingspace', 'thingspace-soap'] },
  { key: ['verify', 'salt'], sources: ['voximplant'] },
  { key: ['verify', 'accountId'], sources: ['voximplant'] },
  { key: ['verify', 'apiKey'], sources: ['voximplant'] },
  { key: ['naming'], sources: ['generic'] },
  { key: ['batch'], sources: ['voximplant'] },
  { key: ['answer'], sources: ['thingspace-soap', 'generic'] },
];

/** What is wrong between an endpoint's source and its other keys. Nothing that would verify is ever passed over in silence. */
export function sourceFaults(values: unknown): readonly Fault[] {
  return list(get(values, 'endpoints')).flatMap((endpoint, index) => {
    const source = sourceOf(endpoint);
    if (source === undefined) return [];
    const faults = [
      ...foreignFaults(endpoint, source),
      ...hashFaults(endpoint, source),
      ...pathFaults(endpoint),
      ...authorizationFaults(endpoint),
    ];
    return faults.map(({ path, message }) => ({ path: ['endpoints', index, ...path], message }));
  });
}

/** Those that are about what this source has: in what it has not, only that it has it not is worth a line. */
export function withoutForeign(faults: readonly Fault[], values: unknown): readonly Fault[] {
  const foreign = list(get(values, 'endpoints')).flatMap((endpoint, index) => {
    const source = sourceOf(endpoint);
    if (source === undefined) return [];
    return foreignFaults(endpoint, source).map(({ path }) => ['endpoints', index, ...path]);
  });
  return faults.filter(({ path }) => !foreign.some((key) => key.every((step, depth) => path[depth] === step)));
}

function sourceOf(endpoint: unknown): SourceName | undefined {
  return sourceNames.find((name) => name === get(endpoint, 'source'));
}

function foreignFaults(endpoint: unknown, source: SourceName): readonly Fault[] {
  const keys = owners
    .filter(({ key, sources }) => isThere(get(endpoint, ...key)) && !sources.includes(source))
    .map(({ key, sources }) => ({
      path: key,
      message: `belongs to the source ${sources.join(' or ')}, and this one is ${source}`,
    }));
  return [...keys, ...answerFaults(endpoint, source)];
}

function answerFaults(endpoint: unknown, source: SourceName): readonly Fault[] {
  const answer = get(endpoint, 'answer');
  if (source === 'generic' && answer === 'envelope')
    return [
      {
        path: ['answer'],
        message: 'envelope belongs to the source thingspace-soap; write empty or {status, contentType, body}',
      },
    ];
  if (source === 'thingspace-soap' && typeof answer === 'object' && isThere(answer))
    return [
      { path: ['answer'], message: 'must be envelope or empty; an answer of its own belongs to the source generic' },
    ];
  return [];
}

const hashKeys = ['salt', 'accountId', 'apiKey'];

function hashFaults(endpoint: unknown, source: SourceName): readonly Fault[] {
  const missing = hashKeys.filter((key) => get(endpoint, 'verify', key) === undefined);
  if (source !== 'voximplant' || missing.length === hashKeys.length) return [];
  return missing.map((key) => ({
    path: ['verify', key],
    message: 'is missing: the hash is made of salt, accountId and apiKey together',
  }));
}

/** A slash twice in a URL is one to many proxies. */
function pathFaults(endpoint: unknown): readonly Fault[] {
  const path: Path = ['path'];
  return isThere(get(endpoint, 'verify', 'path')) && textOf(get(endpoint, 'path'))?.endsWith('/')
    ? [{ path, message: 'must not end with / where verify.path follows it' }]
    : [];
}

/** Both are looked for in one header, so that nothing could pass. */
function authorizationFaults(endpoint: unknown): readonly Fault[] {
  const both = ['basic', 'bearer'].every((key) => isThere(get(endpoint, 'verify', key)));
  if (!both) return [];
  return [{ path: ['verify', 'bearer'], message: 'cannot be asked for beside basic: both stand in Authorization' }];
}

/** An empty key has been complained of already. */
function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}
