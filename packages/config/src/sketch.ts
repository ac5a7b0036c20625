import type { Path } from './mistake.ts';
import type { Template } from './template.ts';

/**
 * What the checks across keys need, as far as it can be made out. They run on files with other mistakes too, so that all
 * are named at once; what is missing or of the wrong kind is left out here, since the declaration complains of it.
 */
export interface Sketch {
  /** Undefined where too little could be made out. */
  readonly endpoints: readonly { readonly at: Path; readonly template: Template | undefined }[];
  readonly subscribers: readonly {
    readonly at: Path;
    readonly name: string | undefined;
    readonly receives: readonly SketchedEntry[];
  }[];
  /** Every address that ingest listens on. */
  readonly addresses: readonly { readonly at: Path; readonly host: string; readonly port: number }[];
}

interface SketchedEntry {
  readonly at: Path;
  readonly entry: string;
}

export function sketch(values: unknown): Sketch {
  const ingest = get(values, 'ingest');
  return {
    endpoints: list(get(values, 'endpoints')).map((value, index) => ({
      at: ['endpoints', index],
      template: sketchTemplate(value),
    })),
    subscribers: list(get(values, 'subscribers')).map((value, index) => {
      const at = ['subscribers', index];
      return {
        at,
        name: textOf(get(value, 'name')),
        receives: sketchReceives(get(value, 'receives'), [...at, 'receives']),
      };
    }),
    addresses: [
      ...list(get(ingest, 'listeners') ?? [{}]).map((value, index) =>
        sketchAddress(value, ['ingest', 'listeners', index], { host: '0.0.0.0', port: 8080 }),
      ),
      sketchAddress(get(ingest, 'operations'), ['ingest', 'operations'], { host: '127.0.0.1', port: 9464 }),
    ],
  };
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

function sketchReceives(value: unknown, at: Path): readonly SketchedEntry[] {
  return list(value).flatMap((item, index) => {
    const entry = textOf(item) ?? textOf(get(item, 'endpoint'));
    return entry === undefined ? [] : [{ at: [...at, index], entry }];
  });
}

function sketchAddress(
  value: unknown,
  at: Path,
  defaults: { readonly host: string; readonly port: number },
): Sketch['addresses'][number] {
  const port = get(value, 'port') ?? defaults.port;
  return { at, host: textOf(get(value, 'host')) ?? defaults.host, port: typeof port === 'number' ? port : 0 };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function get(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}
