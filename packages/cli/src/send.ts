import { styleText } from 'node:util';
import type { Endpoint } from '@relay/core';
import {
  type Answer,
  addSecrets,
  contentTypeOf,
  createPoster,
  freshCopy,
  inTurns,
  isAccepted,
  type OutgoingRequest,
  withParameters,
} from '@relay/simulators';
import { answerLine, answersIn } from './answer-line.ts';
import { readBodyFile } from './body-file.ts';
import { openConfiguration } from './configuration.ts';
import { Failure } from './failure.ts';
import type { Place } from './place.ts';
import { findEndpoint, ingestOf } from './target.ts';

export interface SendOptions {
  readonly place: Place;
  readonly stopping: AbortSignal;
  readonly config: string | undefined;
  readonly endpoint: string;
  readonly count: number;
  /** Per second; undefined: as fast as they are answered. */
  readonly rate: number | undefined;
  /** Base URL of the ingest to post to; undefined: the configuration's listener, on this machine. */
  readonly to: string | undefined;
  /** Names in lower case. */
  readonly header: Readonly<Record<string, string>> | undefined;
  readonly json?: boolean;
}

const concurrency = 16;
const answerTimeoutMs = 10_000;
const whatNext = 'What became of it: npx relay messages <its request id, or a device id in it>';
/** More are summed up only. */
const mostLines = 10;

/** Posts a file to an endpoint as its vendor would; several become distinct messages by a fresh id each. */
export async function send(file: string, options: SendOptions): Promise<void> {
  const { place, stopping, config, count, rate, to, json } = options;
  const configuration = await openConfiguration(place, config);
  const endpoint = findEndpoint(configuration, options.endpoint);
  const { url, certificate } = ingestOf(configuration, endpoint, to);
  const body = await readBodyFile(file);
  const type = endpoint.source === 'generic' ? { 'content-type': contentTypeOf(file, body) } : {};
  const request = { endpoint, url, body, headers: { ...type, ...options.header }, fresh: count > 1 };
  const poster = createPoster({ timeoutMs: answerTimeoutMs, certificate });

  const startedAt = performance.now();
  const answers: Answer[] = [];
  await inTurns(numbers(count), { perSecond: rate, concurrency, stopping }, async (number) => {
    const answer = await poster.post(outgoing(request, number));
    answers.push(answer);
    if (!json && count <= mostLines) console.log(answerLine(answer));
  });
  poster.close();
  const elapsedMs = Math.round(performance.now() - startedAt);
  const accepted = answers.filter(isAccepted).length;
  const byStatus = Object.fromEntries([...countBy(answers.map(({ status }) => status))].sort(([a], [b]) => a - b));
  if (json) console.log(JSON.stringify({ url, sent: answers.length, accepted, byStatus, elapsedMs }));
  else if (count > 1)
    console.log(
      `${accepted} of ${answers.length} accepted in ${(elapsedMs / 1000).toFixed(1)} s; ${answersIn(byStatus)}`,
    );
  else if (accepted === 1) console.log(styleText('dim', whatNext));
  if (accepted < count) throw new Failure(`${count - accepted} of ${count} were not accepted.`);
}

interface FileRequest {
  readonly endpoint: Endpoint;
  readonly url: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether each copy is to be a callback of its own. */
  readonly fresh: boolean;
}

function outgoing({ endpoint, url, body, headers, fresh }: FileRequest, number: number): OutgoingRequest {
  const common = { endpoint, url, body, headers, at: Date.now() };
  if (!fresh) return addSecrets(common);
  const copy = freshCopy(endpoint, body, number);
  return addSecrets({
    ...common,
    url: withParameters(url, copy.query),
    body: copy.body,
    headers: { ...headers, ...copy.headers },
  });
}

function* numbers(count: number): Iterable<number> {
  for (let number = 0; number < count; number += 1) yield number;
}

function countBy(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
