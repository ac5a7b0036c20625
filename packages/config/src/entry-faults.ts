import { isGlob, resolveGlobs } from './globs.ts';
import { type Fault, formatPath } from './mistake.ts';
import { nearMiss } from './near-miss.ts';
import type { Sketch, SketchedEntry, SketchedListener } from './sketch.ts';
import { expandTemplate, templateFaults } from './template.ts';

/** What is wrong between endpoints and those who name them: subscribers, which receive them, and listeners, which serve them. */
export function entryFaults({ endpoints, subscribers, listeners }: Sketch): readonly Fault[] {
  const named = namedEndpoints(endpoints);
  // What is missing may be the name of an endpoint that could not be made out.
  if (named === undefined) return [];
  const names = named.map(({ name }) => name);
  const received = subscribers.flatMap(({ receives }) => receives);
  const served = listeners.flatMap((listener) => listener.endpoints ?? []);
  const missing = [...received, ...served]
    .filter(({ entry }) => resolveGlobs([entry], names).length === 0)
    .map(({ at, entry }) => ({ path: at, message: noSuchEndpoint(entry, names) }));
  const asked = received.flatMap((entry) => askedFaults(entry, named));
  // An endpoint seems not to be served where its name in a listener is misspelt.
  if (served.some(({ at }) => missing.some(({ path }) => path === at))) return [...missing, ...asked];
  return [...missing, ...asked, ...named.flatMap((endpoint) => servingFaults(endpoint, listeners))];
}

interface NamedEndpoint extends Pick<Sketch['endpoints'][number], 'at' | 'signsUrl' | 'provingHeaders'> {
  readonly name: string;
}

function namedEndpoints(endpoints: Sketch['endpoints']): readonly NamedEndpoint[] | undefined {
  const named: NamedEndpoint[] = [];
  for (const { template, ...rest } of endpoints) {
    if (template === undefined || templateFaults(template).length > 0) return undefined;
    named.push(...expandTemplate(template).map(({ name }) => ({ ...rest, name })));
  }
  return named;
}

/** What proves to an endpoint that a callback is genuine is kept for nobody. */
function askedFaults({ entry, headers }: SketchedEntry, named: readonly NamedEndpoint[]): readonly Fault[] {
  return headers.flatMap(({ at, name }) => {
    const proving = named.find(
      (endpoint) =>
        endpoint.provingHeaders.includes(name.toLowerCase()) && resolveGlobs([entry], [endpoint.name]).length > 0,
    );
    if (proving === undefined) return [];
    const message = `is what ${JSON.stringify(proving.name)} verifies by, which is not kept: nothing can be asked of it`;
    return [{ path: at, message }];
  });
}

function servingFaults(endpoint: NamedEndpoint, listeners: Sketch['listeners']): readonly Fault[] {
  const { at, name, signsUrl } = endpoint;
  if (listeners.length === 0) return [];
  const serving = listeners.filter(({ endpoints }) => !endpoints || isServed(name, endpoints));
  if (serving.length === 0) {
    const message = `no listener serves ${JSON.stringify(name)}: write it into endpoints of one of ingest.listeners`;
    return [{ path: [...at, 'name'], message }];
  }
  const message = signsUrl ? signedUrlFault(name, serving) : undefined;
  return message === undefined ? [] : [{ path: [...at, 'verify', 'hmac', 'signed'], message }];
}

/** An endpoint has one URL that it verifies by. */
function signedUrlFault(name: string, serving: readonly SketchedListener[]): string | undefined {
  const told = serving.filter(({ publicUrl }) => publicUrl !== undefined);
  if (told.length === 0)
    return `{url} stands for nothing, since nobody says what vendors are told as the URL of ${JSON.stringify(name)}: write ingest.publicUrl`;
  const [first, ...others] = told.filter(({ publicUrl }) => publicUrl !== '');
  const other = others.find(({ publicUrl }) => publicUrl !== first?.publicUrl);
  if (first === undefined || other === undefined) return undefined;
  const [one, two] = [first, other].map(({ at, publicUrl }) => `${publicUrl} at ${formatPath(at)}`);
  return `{url} is ${one} and ${two}, and only one of them would verify: serve ${JSON.stringify(name)} under one public URL`;
}

function isServed(name: string, entries: readonly SketchedEntry[]): boolean {
  return (
    resolveGlobs(
      entries.map(({ entry }) => entry),
      [name],
    ).length > 0
  );
}

function noSuchEndpoint(entry: string, names: readonly string[]): string {
  if (isGlob(entry)) return `${JSON.stringify(entry)} matches no endpoint`;
  const meant = nearMiss(entry, names);
  return `there is no endpoint ${JSON.stringify(entry)}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}
