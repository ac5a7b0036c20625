import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Endpoint, type KeptMessage, type Message, messageId, type Source, type SourceName } from '@relay/core';
import { sample } from '@relay/testkit';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { createSource, jsonPayload } from '../src/index.ts';

export const schema = JSON.parse(readFileSync(new URL('../payload.schema.json', import.meta.url), 'utf8'));

const fits = new Ajv2020().compile<Record<string, unknown>>(schema);

/** A message of which everything is known. */
export const kept: KeptMessage = {
  id: 'carrier-1700000000000-0-abcd',
  endpoint: 'carrier',
  ordinal: 1,
  receivedAt: 1_700_000_000_000,
  contentType: 'application/json',
  vendorAttempt: 1,
  account: '0000123456-00001',
  service: 'CarrierService',
  type: 'activateResponse',
  correlationId: 'request-7',
  status: 'Success',
  body: Buffer.from('{"status":"Success"}'),
};

/** The same, of which nothing is known but its body. */
export const bare: KeptMessage = {
  ...kept,
  contentType: undefined,
  vendorAttempt: undefined,
  account: undefined,
  service: undefined,
  type: undefined,
  correlationId: undefined,
  status: undefined,
};

/** The payload as what it says, once the schema has accepted it. */
export function readPayload(payload: Buffer): Record<string, unknown> {
  const value: unknown = JSON.parse(payload.toString());
  assert.ok(fits(value), `${payload} ${JSON.stringify(fits.errors)}`);
  return value;
}

/** Where the recorded callbacks of each vendor lie. */
export const folders: readonly (readonly [folder: string, source: SourceName])[] = [
  ['thingspace-rest', 'thingspace'],
  ['thingspace-soap', 'thingspace-soap'],
  ['voximplant', 'voximplant'],
  ['ixc-acs', 'ixc-acs'],
];

/** What they were authenticated by. */
export const credentials = /not-a-secret|acct-0000000001|"hash"/;

/** Messages are named by their endpoint, and endpoints after their source. */
function endpointOf(source: SourceName): Endpoint {
  const verify = { credentials: [], allow: [] };
  const account = '0000000001-00001';
  return { name: source, source, path: `/${source}`, account, service: undefined, verify, dedupMs: 0 };
}

export const sourceOf = (source: SourceName): Source => createSource(endpointOf(source));

/** The payloads of what a recorded callback brings. */
export function payloadsOf(name: string, source: SourceName): Buffer[] {
  return keptOf(name, source).map((message) => jsonPayload(sourceOf(source), source, message));
}

/** What a recorded callback brings, as the log holds it. */
export function keptOf(name: string, source: SourceName): KeptMessage[] {
  const reading = createSource(endpointOf(source)).read({
    body: sample(name),
    headers: { 'content-type': name.endsWith('.xml') ? 'text/xml; charset=utf-8' : 'application/json' },
    ip: '127.0.0.1',
    at: Date.parse('2026-11-22T10:00:00.000Z'),
    target: '/',
  });
  assert.ok('messages' in reading, name);
  return reading.messages.map((message, at) => keptAs(message, source, at));
}

function keptAs({ facts, digest, ...message }: Message, endpoint: string, at: number): KeptMessage {
  const id = messageId(endpoint, `${message.receivedAt}-${at}`, digest.toString('hex', 0, 2));
  const { account, service, type, correlationId, status } = facts;
  return { ...message, id, endpoint, ordinal: at + 1, account, service, type, correlationId, status };
}
