/** Steps from the top of the file to a value: keys and list positions. */
export type Path = readonly (string | number)[];

/** Something wrong at a place that is not yet a line and a column. */
export interface Fault {
  readonly path: Path;
  /** What is wrong and what to do; never quotes a secret. */
  readonly message: string;
  /** In the text, where the path says too little. */
  readonly offset?: number;
}

/** Something wrong in a configuration file, as people are told. */
export interface Mistake {
  readonly fileName: string;
  /** From 1; undefined when the whole file is meant. */
  readonly position: Position | undefined;
  /** Such as `subscribers[0].url`; empty when no key is meant. */
  readonly path: string;
  readonly message: string;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One line per mistake: `relay.yaml:12:5 subscribers[0].url: <what is wrong and what to do>`. */
export function describeMistakes(mistakes: readonly Mistake[]): string {
  return mistakes.map(describeMistake).join('\n');
}

function describeMistake({ fileName, position, path, message }: Mistake): string {
  const place = position === undefined ? `${fileName}:` : `${fileName}:${position.line}:${position.column}`;
  return path === '' ? `${place} ${message}` : `${place} ${path}: ${message}`;
}

/** A mistake that has no line. */
export function wholeFile(fileName: string, message: string): Mistake {
  return { fileName, position: undefined, path: '', message };
}

export function formatPath(path: Path): string {
  return path.map(formatStep).join('').replace(/^\./, '');
}

function formatStep(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  return /^[\w-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}
