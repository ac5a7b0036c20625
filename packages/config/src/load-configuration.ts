import { isUtf8 } from 'node:buffer';
import { dirname, resolve } from 'node:path';
import type { Environment } from './interpolate.ts';
import { wholeFile } from './mistake.ts';
import { readAtMost } from './read-at-most.ts';
import { type ConfigurationReading, readConfiguration } from './read-configuration.ts';
import { createSecretFiles, type SecretFile, type SecretFiles } from './secret-files.ts';
import { whyUnreadable } from './why-unreadable.ts';

/** A thousand endpoints take a fifth of it. */
const maxFileBytes = 1024 * 1024;

/** Reads a relay.yaml and the secret files it names; their paths are relative to its folder. Never rejects. */
export async function loadConfiguration(path: string, environment: Environment): Promise<ConfigurationReading> {
  const secretFiles = createSecretFiles({ onAnswer: () => {} });
  return (await loadWithFiles(path, environment, secretFiles)).reading;
}

/** The same, with the files that were read or looked for, but those that did not answer. */
export async function loadWithFiles(
  path: string,
  environment: Environment,
  secretFiles: SecretFiles,
): Promise<{ readonly reading: ConfigurationReading; readonly files: readonly string[] }> {
  const content = await readText(path);
  if ('fault' in content) return { files: [path], reading: { mistakes: [wholeFile(path, content.fault)] } };
  const found = new Map<string, SecretFile>();
  // Declaring waits for nothing, reading does: each round has what the one before has asked for, and nothing is asked for twice.
  for (;;) {
    const asked = new Set<string>();
    const readSecret = (written: string) => {
      const file = resolve(dirname(path), written);
      const secret = found.get(file);
      if (secret !== undefined) return contentOf(secret);
      asked.add(file);
      return '';
    };
    const reading = readConfiguration(content.text, { fileName: path, environment, readSecret });
    // What asked for nothing that was not there yet is what the file says.
    if (asked.size === 0) return { files: [path, ...answered(found)], reading };
    for (const file of asked) found.set(file, await secretFiles.read(file));
  }
}

function contentOf(secret: SecretFile): string {
  if ('error' in secret) throw secret.error;
  return secret.content;
}

/** Without the neighbours of one that did not: where one file hangs, the next look at any other may hang as well. */
function answered(found: ReadonlyMap<string, SecretFile>): readonly string[] {
  const silent = [...found].filter(([, secret]) => 'silent' in secret && secret.silent);
  const folders = new Set(silent.map(([file]) => dirname(file)));
  return [...found.keys()].filter((file) => !folders.has(dirname(file)));
}

async function readText(path: string): Promise<{ readonly text: string } | { readonly fault: string }> {
  try {
    const bytes = await readAtMost(path, maxFileBytes);
    if (bytes === undefined) return { fault: 'is larger than 1 MiB, which is no configuration' };
    return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { fault: 'is not UTF-8 text' };
  } catch (error) {
    return { fault: `cannot be read: ${whyUnreadable(error)}` };
  }
}
