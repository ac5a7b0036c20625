import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { styleText } from 'node:util';
import type { Endpoint } from '@relay/core';
import { type Answer, contentTypeOf, createMail, dress, freshCopy, isTaken, type Letter } from '@relay/simulators';
import { openConfiguration } from './configuration.ts';
import { exitCodes, Failure } from './failure.ts';
import type { Place } from './place.ts';
import { findEndpoint, ingestUrl } from './target.ts';

export interface SendOptions {
  readonly place: Place;
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

const inFlight = 16;
const answerTimeoutMs = 10_000;
/** More are summed up only. */
const mostLines = 10;

/** Posts a file to an endpoint as its vendor would; several become distinct messages by a fresh id each. */
export async function send(file: string, options: SendOptions): Promise<void> {
  const { place, config, count, rate, to, json } = options;
  const configuration = await openConfiguration(place, config);
  const endpoint = findEndpoint(configuration, options.endpoint);
  const url = ingestUrl(configuration, endpoint, to);
  const body = await readBody(file);
  const type = endpoint.source === 'generic' ? { 'content-type': contentTypeOf(file, body) } : {};
  const sheet = { endpoint, url, body, headers: { ...type, ...options.header }, fresh: count > 1 };
  const mail = createMail({ timeoutMs: answerTimeoutMs });

  const startedAt = performance.now();
  const answers = await inTurns(count, rate, async (number) => {
    const answer = await mail.post(letterFrom(sheet, number));
    if (!json && count <= mostLines) console.log(describe(answer));
    return answer;
  });
  mail.close();
  const elapsedMs = Math.round(performance.now() - startedAt);
  const accepted = answers.filter(isTaken).length;
  const byStatus = Object.fromEntries([...countBy(answers.map(({ status }) => status))].sort(([a], [b]) => a - b));
  if (json) console.log(JSON.stringify({ url, sent: count, accepted, byStatus, elapsedMs }));
  else if (count > 1) console.log(`${accepted} of ${count} accepted in ${(elapsedMs / 1000).toFixed(1)} s`, byStatus);
  if (accepted < count) throw new Failure(`${count - accepted} of ${count} were not accepted.`);
}

async function readBody(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${(error as Error).message}`, exitCodes.wrongUse);
  }
}

interface Sheet {
  readonly endpoint: Endpoint;
  readonly url: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether each copy is to be a callback of its own. */
  readonly fresh: boolean;
}

function letterFrom({ endpoint, url, body, headers, fresh }: Sheet, number: number): Letter {
  const copy = fresh ? freshCopy(endpoint, body, number) : { body, headers: {} };
  return dress({ endpoint, url, body: copy.body, headers: { ...headers, ...copy.headers }, at: Date.now() });
}

/** Begins one after the other at the rate, or as fast as they come to an end, and so many at a time at most. */
async function inTurns(
  count: number,
  rate: number | undefined,
  act: (number: number) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const startedAt = performance.now();
  let begun = 0;
  const turn = async () => {
    while (begun < count) {
      const number = begun;
      begun += 1;
      if (rate !== undefined) await pause(startedAt + (number * 1000) / rate - performance.now());
      answers.push(await act(number));
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, turn));
  return answers;
}

/** An answer in a line. */
export function describe(answer: Answer): string {
  const { status, text, ms } = answer;
  const shown = status === 0 ? 'no answer' : String(status);
  return `${styleText(isTaken(answer) ? 'green' : 'red', shown)} in ${Math.round(ms)} ms  ${text.trim()}`.trimEnd();
}

function countBy(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
