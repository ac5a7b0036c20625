import { get, list } from './look.ts';
import type { Path } from './mistake.ts';

/** A header that a rule asks for, as it is written. */
export interface AskedHeader {
  readonly at: Path;
  readonly name: string;
}

/** The headers that a `where` asks for, at any depth. */
export function askedHeaders(where: unknown, at: Path): readonly AskedHeader[] {
  const headers = get(where, 'headers');
  const names = typeof headers === 'object' && headers !== null ? Object.keys(headers) : [];
  return [
    ...names.map((name) => ({ at: [...at, 'headers', name], name })),
    ...['all', 'any'].flatMap((key) =>
      list(get(where, key)).flatMap((inner, index) => askedHeaders(inner, [...at, key, index])),
    ),
    ...(get(where, 'not') === undefined ? [] : askedHeaders(get(where, 'not'), [...at, 'not'])),
  ];
}
