import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from './configuration.ts';
import { createFolderWatch } from './folder-watch.ts';
import type { Environment } from './interpolate.ts';
import { loadWithFiles } from './load-configuration.ts';
import { type Mistake, wholeFile } from './mistake.ts';
import type { ConfigurationReading } from './read-configuration.ts';
import { createSecretFiles } from './secret-files.ts';

/** Editors and atomic renames make several events of one change. */
const settleMs = 100;

export interface WatchOptions {
  readonly path: string;
  readonly environment: Environment;
  /** What is in force already; without it, whatever the file says at first. */
  readonly current?: Configuration;
  /** Called with what the file says now, also when that is in force again after mistakes. Never called twice at once. */
  readonly onChange: (configuration: Configuration) => void | Promise<void>;
  /** The old configuration stays in force. Also called when `onChange` rejects. */
  readonly onMistakes: (mistakes: readonly Mistake[]) => void;
}

export interface ConfigurationWatch {
  /** Reads the file again now; resolves when what it says has been applied or refused. Never rejects. */
  reload(): Promise<void>;
  /** No callback begins after this. */
  close(): void;
}

/**
 * Watches the folders of the configuration and of its secret files. Not the files: a watch on a file goes deaf when another is
 * renamed over it, and where a link is swapped only the folder tells.
 */
export function watchConfiguration({
  path,
  environment,
  current,
  onChange,
  onMistakes,
}: WatchOptions): ConfigurationWatch {
  const folders = createFolderWatch({
    onEvent: reloadSoon,
    onDeaf: (folder) => onMistakes([wholeFile(path, `changes in ${folder} are not seen; send SIGHUP after one`)]),
  });
  const secretFiles = createSecretFiles({ onAnswer: reloadSoon });
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let last: ConfigurationReading | undefined = current && { configuration: current };
  let work = Promise.resolve();
  folders.watch([dirname(path)]);
  void queue(readFirst);

  async function readFirst(): Promise<void> {
    if (last === undefined) last = await read();
    else await readAndApply();
  }

  /** Who asks wants to hear of mistakes that are still there. */
  async function readAgain(): Promise<void> {
    if (last !== undefined && 'mistakes' in last) last = undefined;
    await readAndApply();
  }

  async function readAndApply(): Promise<void> {
    const reading = await read();
    if (closed || isDeepStrictEqual(reading, last)) return;
    last = reading;
    if ('mistakes' in reading) return onMistakes(reading.mistakes);
    try {
      await onChange(reading.configuration);
    } catch (error) {
      last = {
        mistakes: [
          wholeFile(path, `could not be put into force: ${error instanceof Error ? error.message : String(error)}`),
        ],
      };
      onMistakes(last.mistakes);
    }
  }

  async function read(): Promise<ConfigurationReading> {
    // To watch the folder of a file that does not answer would stop this process until it does.
    const { reading, files } = await loadWithFiles(path, environment, secretFiles);
    const targets = await Promise.all(files.map((file) => realpath(file).catch(() => file)));
    if (!closed) folders.watch([...files, ...targets].map((file) => dirname(file)));
    return reading;
  }

  function queue(step: () => Promise<void>): Promise<void> {
    work = work.then(() => (closed ? undefined : step()));
    return work;
  }

  // The first event sets the time and later ones do not move it: a folder that is never at rest must not put off the reading.
  function reloadSoon(): void {
    if (closed) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      void queue(readAndApply);
    }, settleMs);
  }

  return {
    reload: () => queue(readAgain),
    close() {
      closed = true;
      clearTimeout(timer);
      folders.close();
    },
  };
}
