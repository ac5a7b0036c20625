import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Environment } from './interpolate.ts';
import { wholeFile } from './mistake.ts';
import { type ConfigurationReading, readConfiguration } from './read-configuration.ts';
import { whyUnreadable } from './why-unreadable.ts';

/** A thousand endpoints take a fifth of it. */
const maxFileBytes = 1024 * 1024;

/** Reads a relay.yaml and the secret files it names; their paths are relative to its folder. Never rejects. */
export async function loadConfiguration(path: string, environment: Environment): Promise<ConfigurationReading> {
  return (await loadWithFiles(path, environment)).reading;
}

/** The same, with the files that were read or looked for. */
export async function loadWithFiles(
  path: string,
  environment: Environment,
): Promise<{ readonly reading: ConfigurationReading; readonly files: readonly string[] }> {
  const files = [path];
  const content = await readText(path);
  if ('fault' in content) return { files, reading: { mistakes: [wholeFile(path, content.fault)] } };
  const readSecret = (written: string) => {
    const file = resolve(dirname(path), written);
    files.push(file);
    return readFileSync(file, { encoding: 'utf8' });
  };
  return { files, reading: readConfiguration(content.text, { fileName: path, environment, readSecret }) };
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

async function readAtMost(path: string, maxBytes: number): Promise<Buffer | undefined> {
  await using file = await open(path);
  const { size } = await file.stat();
  return size > maxBytes ? undefined : await file.readFile();
}
