import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Configuration, describeMistakes, type ReadOptions, readConfiguration } from '../src/index.ts';

const options: ReadOptions = { fileName: 'relay.yaml', environment: {}, readSecret: noSecrets };

function noSecrets(): string {
  throw Object.assign(new Error('the test has no secret files'), { code: 'ENOENT' });
}

/** The configuration that a text gives; fails with the mistakes if there are any. */
export function configurationOf(text: string, more: Partial<ReadOptions> = {}): Configuration {
  const reading = readConfiguration(text, { ...options, ...more });
  if ('mistakes' in reading) throw new Error(describeMistakes(reading.mistakes));
  return reading.configuration;
}

/** What people are told of a text, a line per mistake. */
export function mistakesOf(text: string, more: Partial<ReadOptions> = {}): readonly string[] {
  const reading = readConfiguration(text, { ...options, ...more });
  return 'mistakes' in reading ? describeMistakes(reading.mistakes).split('\n') : [];
}

/** A whole file around one endpoint's keys, which stand from line 3 on. */
export function endpointFile(keys: string): string {
  return `endpoints:\n  - source: thingspace\n${indent(keys)}\nsubscribers: []\n`;
}

/** Keys of a subscriber that are right, but for what the test is about. */
export const right = 'url: http://host/\nreceives: [e]\n';

/** A whole file around one subscriber's keys, which stand from line 3 on; there is an endpoint `e`. */
export function subscriberFile(keys: string): string {
  return `subscribers:\n  - name: s\n${indent(keys)}\nendpoints:\n  - {name: e, source: thingspace}\n`;
}

function indent(keys: string): string {
  return keys
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}

/** The typed form of a Redis of which only the URL is written. */
export function plainRedis(url: string): Configuration['redis'] {
  return { url, replicas: 0, fsync: false };
}

const certificates = new URL('certificate/', import.meta.url);

/** The path of one of the files in certificate/: `certificate` and `expired` belong to `key`, `other-key` to none. */
export function pemPath(name: PemName): string {
  return fileURLToPath(new URL(`${name}.pem`, certificates));
}

export function pem(name: PemName): string {
  return readFileSync(pemPath(name), 'utf8');
}

/** For `readSecret`: the files in certificate/ by name, and `damaged`, which has half a certificate behind a whole one. */
export function readPem(path: string): string {
  const damaged = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
  if (path === 'damaged') return pem('certificate') + damaged;
  if (path === 'certificate' || path === 'key' || path === 'other-key') return pem(path);
  throw Object.assign(new Error('the test has no such file'), { code: 'ENOENT' });
}

type PemName = 'certificate' | 'expired' | 'key' | 'other-key';
