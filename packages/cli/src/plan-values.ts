import { isDeepStrictEqual } from 'node:util';
import { formatDuration, formatRate, formatSize, formatStatus } from '@relay/config';
import type { From, StatusRange, Subscriber } from '@relay/core';
import type { KeyChange } from './plan-changes.ts';

/** How relay.yaml has what is written down in the shapes of core, by its key; what is not here is the same in both. */
const written: Readonly<Record<string, (value: never) => unknown>> = {
  retention: formatDuration,
  'ingest.maxBody': formatSize,
  'ingest.spool.max': formatSize,
  dedup: formatDuration,
  from: (from: From) => (from.kind === 'ago' ? formatDuration(from.ms) : from.kind),
  timeout: formatDuration,
  'timeout.connect': formatDuration,
  ordered: (order: NonNullable<Subscriber['order']>) => (order === 'device' ? { by: 'device' } : true),
  rate: formatRate,
  'retry.schedule': (waits: readonly number[]) => waits.map(formatDuration),
  'retry.maxAge': formatDuration,
  'retry.jitter': (share: number) => `${Number((share * 100).toPrecision(12))}%`,
  'retry.giveUpOn': (ranges: readonly StatusRange[]) => ranges.map(formatStatus),
  'retry.retryOn': (ranges: readonly StatusRange[]) => ranges.map(formatStatus),
  'breaker.probes': (waits: readonly number[]) => waits.map(formatDuration),
};

/** Keys that are blocks in the file: what their keys are called there, where that is something else than in core. */
const blocks: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  network: {},
  retry: { scheduleMs: 'schedule', maxAgeMs: 'maxAge' },
  breaker: { probeMs: 'probes' },
  'ingest.operations': {},
  'worker.operations': {},
};

/** What the file would say for what is not there. */
const absent: Readonly<Record<string, unknown>> = { breaker: 'off', ordered: false };

/** A change as one of the file: of a block, those of its keys that change. */
export function inWordsOfFile({ key, from, to }: KeyChange): readonly KeyChange[] {
  // Of a secret there is nothing to say.
  if (from === undefined && to === undefined) return [{ key }];
  if (key in blocks && isBlock(from) && isBlock(to)) {
    return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((inner) =>
      isDeepStrictEqual(from[inner], to[inner])
        ? []
        : inWordsOfFile({ key: `${key}.${nameIn(key, inner)}`, from: from[inner], to: to[inner] }),
    );
  }
  const [was, is] = [asWritten(key, from), asWritten(key, to)];
  return [{ key, ...(was !== undefined && { from: was }), ...(is !== undefined && { to: is }) }];
}

/** As YAML has it in one line. */
export function inOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inOneLine).join(', ')}]`;
  if (!isBlock(value)) return String(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${key}: ${inOneLine(inner)}`)
    .join(', ')}}`;
}

function asWritten(key: string, value: unknown): unknown {
  if (value === undefined) return absent[key];
  if (key in blocks && isBlock(value)) {
    const entries = Object.entries(value).map(([inner, each]) => [nameIn(key, inner), each] as const);
    return Object.fromEntries(entries.map(([inner, each]) => [inner, asWritten(`${key}.${inner}`, each)]));
  }
  // A worker has written it down in the shape of core.
  const write = written[key] as ((value: unknown) => unknown) | undefined;
  return write === undefined ? value : write(value);
}

function nameIn(block: string, key: string): string {
  return blocks[block]?.[key] ?? key;
}

function isBlock(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
