import type { Configuration } from '@relay/config';
import type { Message } from '@relay/core';
import type { JudgedMessage } from '@relay/routing';
import { contentTypeOf } from '@relay/simulators';
import { createSource } from '@relay/sources';
import { readBodyFile } from './body-file.ts';
import { unverified } from './decode.ts';
import { Failure } from './failure.ts';
import { findEndpoint } from './target.ts';

export interface FileRequest {
  readonly endpoint: string | undefined;
  /** Names in lower case. */
  readonly header: Readonly<Record<string, string>> | undefined;
}

/** The messages that ingest would keep of a file, were it posted to the endpoint and found genuine. */
export async function messagesIn(
  file: string,
  configuration: Configuration,
  { endpoint: name = '', header = {} }: FileRequest,
): Promise<JudgedMessage[]> {
  const endpoint = findEndpoint(configuration, name);
  const body = await readBodyFile(file);
  const headers = { 'content-type': contentTypeOf(file, body), ...header };
  const received = { body, headers, ip: '127.0.0.1', target: endpoint.path, at: Date.now() };
  const reading = createSource(unverified(endpoint)).read(received);
  if ('refusal' in reading) throw new Failure(`${name} would refuse it: ${reading.refusal.detail}.`);
  return reading.messages.map((message) => judgedFrom(name, message, header));
}

function judgedFrom(endpoint: string, { facts, contentType, body }: Message, headers: JudgedMessage['headers'] = {}) {
  const { account, service, type, status, correlationId } = facts;
  return { endpoint, account, service, type, status, correlationId, contentType, headers, body };
}
