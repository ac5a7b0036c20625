import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readAtMost } from './read-at-most.ts';
import { FileFault } from './why-unreadable.ts';

/** What a file holds, or why that cannot be said; silent where nothing has come of reading it. */
export type SecretFile = { readonly content: string } | { readonly error: unknown; readonly silent: boolean };

export interface SecretFiles {
  /** Never rejects. */
  read(file: string): Promise<SecretFile>;
}

/** The certificates of all well-known authorities take a fourth of it. */
const maxFileBytes = 1024 * 1024;
const silentAfterMs = 5_000;
/** Node has four threads, unless it is told otherwise. */
const mostSilentFolders = 2;

/**
 * Reads the files that a configuration names, without ever waiting long for one. Who waits for a mount that hangs cannot be called back and
 * keeps one of Node's threads, which the spool needs as well: so a folder costs one thread at most, all folders together two, and what
 * else there is to read is not tried before one of these has answered, of which `onAnswer` tells.
 */
export function createSecretFiles({ onAnswer }: { readonly onAnswer: () => void }): SecretFiles {
  const silentFolders = new Set<string>();

  async function read(file: string): Promise<SecretFile> {
    const folder = dirname(file);
    if (silentFolders.has(folder) || silentFolders.size >= mostSilentFolders) return silence;
    const reading = tryToRead(file);
    const found = await Promise.race([reading, alarm(silentAfterMs, reading)]);
    if (found !== undefined) return found;
    silentFolders.add(folder);
    void reading.then(() => {
      silentFolders.delete(folder);
      onAnswer();
    });
    return silence;
  }

  return { read };
}

const silence: SecretFile = {
  error: new FileFault(
    `nothing came within ${silentAfterMs / 1_000} s: see whether the disk or mount it lies on works`,
  ),
  silent: true,
};

/** Resolves so late, unless the work is over before. */
async function alarm(afterMs: number, work: Promise<unknown>): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  // What has arrived while this process was busy is in time: immediates come behind it, timers before.
  const timer = setTimeout(() => setImmediate(resolve, undefined), afterMs);
  void work.then(() => clearTimeout(timer));
  return promise;
}

async function tryToRead(file: string): Promise<SecretFile> {
  try {
    return { content: await readRegular(file) };
  } catch (error) {
    return { error, silent: false };
  }
}

async function readRegular(file: string): Promise<string> {
  const stats = await stat(file);
  // Reading a directory has its own error.
  if (!stats.isFile() && !stats.isDirectory())
    throw new FileFault('it is a pipe, a socket or a device: write what it gives into a regular file');
  const bytes = await readAtMost(file, maxFileBytes);
  if (bytes === undefined) throw new FileFault('it is larger than 1 MiB: name a file that holds nothing else');
  return bytes.toString('utf8');
}
