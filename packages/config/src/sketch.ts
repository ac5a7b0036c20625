import { type AskedHeader, askedHeaders } from './asked-headers.ts';
import type { Surroundings } from './declaration.ts';
import { isPublicUrl, withoutSlashAtEnd } from './declare-listener.ts';
import { get, list, textOf } from './look.ts';
import type { Path } from './mistake.ts';
import { parseSigned } from './signed.ts';
import type { Template } from './template.ts';

/**
 * What the checks across keys need, as far as it can be made out. They run on files with other mistakes too, so that all
 * are named at once; what is missing or of the wrong kind is left out here, since the declaration complains of it.
 */
export interface Sketch {
  readonly endpoints: readonly SketchedEndpoint[];
  readonly subscribers: readonly {
    readonly at: Path;
    readonly name: string | undefined;
    readonly receives: readonly SketchedEntry[];
  }[];
  readonly listeners: readonly SketchedListener[];
  /** Every address that ingest listens on. */
  readonly addresses: readonly { readonly at: Path; readonly host: string; readonly port: number }[];
}

interface SketchedEndpoint {
  readonly at: Path;
  /** Undefined where too little could be made out. */
  readonly template: Template | undefined;
  /** Whether its URL is part of what the vendor signs. */
  readonly signsUrl: boolean;
  /** Names of headers, in lower case, by which it tells a genuine callback. */
  readonly provingHeaders: readonly string[];
}

export interface SketchedListener {
  readonly at: Path;
  /** Its own, or that of ingest, without a slash at its end; empty where it could not be made out. */
  readonly publicUrl: string | undefined;
  /** Undefined: all endpoints. */
  readonly endpoints: readonly SketchedEntry[] | undefined;
}

export interface SketchedEntry {
  readonly at: Path;
  readonly entry: string;
  /** Those that its rule asks for, where it has one. */
  readonly headers: readonly AskedHeader[];
}

export function sketch(values: unknown, { operationsHost }: Pick<Surroundings, 'operationsHost'>): Sketch {
  const ingest = get(values, 'ingest');
  const listeners = list(get(ingest, 'listeners') ?? [{}]);
  return {
    endpoints: list(get(values, 'endpoints')).map((value, index) => ({
      at: ['endpoints', index],
      template: sketchTemplate(value),
      signsUrl: signsUrl(get(value, 'verify', 'hmac', 'signed')),
      provingHeaders: provingHeaders(get(value, 'verify')),
    })),
    subscribers: list(get(values, 'subscribers')).map((value, index) => {
      const at = ['subscribers', index];
      return {
        at,
        name: textOf(get(value, 'name')),
        receives: sketchEntries(get(value, 'receives'), [...at, 'receives']),
      };
    }),
    listeners: listeners.map((value, index) => {
      const at = ['ingest', 'listeners', index];
      return {
        at,
        publicUrl: sketchUrl(get(value, 'publicUrl') ?? get(ingest, 'publicUrl')),
        endpoints: sketchServed(get(value, 'endpoints'), [...at, 'endpoints']),
      };
    }),
    addresses: [
      ...listeners.map((value, index) =>
        sketchAddress(value, ['ingest', 'listeners', index], { host: '0.0.0.0', port: 8080 }),
      ),
      sketchAddress(get(ingest, 'operations'), ['ingest', 'operations'], { host: operationsHost, port: 9464 }),
    ],
  };
}

function signsUrl(signed: unknown): boolean {
  const parsed = parseSigned(textOf(signed) ?? '');
  return 'parts' in parsed && parsed.parts.includes('url');
}

function provingHeaders(verify: unknown): readonly string[] {
  const names = [get(verify, 'header', 'name'), get(verify, 'hmac', 'header')];
  return names.flatMap((name) => textOf(name)?.toLowerCase() ?? []);
}

function sketchTemplate(value: unknown): Template | undefined {
  const name = textOf(get(value, 'name'));
  const account = sketchList(get(value, 'account'));
  const service = sketchList(get(value, 'service'));
  if (name === undefined || account === undefined || service === undefined) return undefined;
  return { name, path: textOf(get(value, 'path')), account, service };
}

function sketchList(value: unknown): readonly string[] | undefined {
  if (value === undefined || get(value, 'from') !== undefined) return [];
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = items.filter((item) => typeof item === 'string');
  return texts.length === items.length ? texts : undefined;
}

function sketchEntries(value: unknown, at: Path): readonly SketchedEntry[] {
  return list(value).flatMap((item, index) => {
    const entry = textOf(item) ?? textOf(get(item, 'endpoint'));
    if (entry === undefined) return [];
    const place = [...at, index];
    return [{ at: place, entry, headers: askedHeaders(get(item, 'where'), [...place, 'where']) }];
  });
}

function sketchUrl(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const url = textOf(value);
  return url !== undefined && isPublicUrl(url) ? withoutSlashAtEnd(url) : '';
}

/** A list that is not whole might have named any endpoint. */
function sketchServed(value: unknown, at: Path): readonly SketchedEntry[] | undefined {
  const entries = sketchEntries(value, at);
  return entries.length > 0 && entries.length === list(value).length ? entries : undefined;
}

function sketchAddress(
  value: unknown,
  at: Path,
  defaults: { readonly host: string; readonly port: number },
): Sketch['addresses'][number] {
  const port = get(value, 'port') ?? defaults.port;
  return { at, host: textOf(get(value, 'host')) ?? defaults.host, port: typeof port === 'number' ? port : 0 };
}
