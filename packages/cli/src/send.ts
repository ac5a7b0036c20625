import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { styleText } from 'node:util';
import type { Endpoint } from '@relay/core';
import { openConfiguration } from './configuration.ts';
import { exitCodes, Failure } from './failure.ts';
import type { Place } from './place.ts';
import { reachable } from './services.ts';

export interface SendOptions {
  readonly place: Place;
  readonly config: string | undefined;
  readonly endpoint: string;
  readonly count: number;
  /** Per second; undefined: as fast as they are answered. */
  readonly rate: number | undefined;
  /** Base URL of the ingest to post to; undefined: the configuration's first listener, on this machine. */
  readonly to: string | undefined;
  readonly json?: boolean;
}

interface Answer {
  /** 0 when there was none. */
  readonly status: number;
  readonly text: string;
  readonly ms: number;
}

const inFlight = 16;
const answerTimeoutMs = 10_000;
/** More are summed up only. */
const mostLines = 10;

/** Posts a file to an endpoint as its vendor would; several become distinct messages by a fresh requestId each. */
export async function send(file: string, options: SendOptions): Promise<void> {
  const { place, config, count, rate, to, json } = options;
  const { endpoints, ingest } = await openConfiguration(place, config);
  const endpoint = endpoints.find(({ name }) => name === options.endpoint);
  if (endpoint === undefined) throw new Failure(unknownEndpoint(options.endpoint, endpoints), exitCodes.wrongUse);
  const [listener] = ingest.listeners;
  const base = to ?? (listener && reachable(listener));
  if (base === undefined)
    throw new Failure('The configuration has no listener: name one with --to.', exitCodes.wrongUse);
  const body = await readBody(file);
  const url = base.replace(/\/$/, '') + endpoint.path;

  const startedAt = performance.now();
  const answers = await inTurns(count, rate, async () => {
    const answer = await post(url, bodyFor(body, endpoint, count > 1));
    if (!json && count <= mostLines) console.log(describe(answer));
    return answer;
  });
  const elapsedMs = Math.round(performance.now() - startedAt);
  const accepted = answers.filter(({ status }) => isAccepted(status)).length;
  const byStatus = Object.fromEntries([...countBy(answers.map(({ status }) => status))].sort(([a], [b]) => a - b));
  if (json) console.log(JSON.stringify({ url, sent: count, accepted, byStatus, elapsedMs }));
  else if (count > 1) console.log(`${accepted} of ${count} accepted in ${(elapsedMs / 1000).toFixed(1)} s`, byStatus);
  if (accepted < count) throw new Failure(`${count - accepted} of ${count} were not accepted.`);
}

function unknownEndpoint(name: string, endpoints: readonly Endpoint[]): string {
  const names = endpoints.map((endpoint) => endpoint.name).join(', ');
  return `The configuration has no endpoint ${JSON.stringify(name)}; it has: ${names || 'none'}`;
}

async function readBody(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${(error as Error).message}`, exitCodes.wrongUse);
  }
}

/** With the credentials that the endpoint asks for, as the vendor would echo them. What is no JSON object goes as it is. */
function bodyFor(body: Buffer, { verify }: Endpoint, fresh: boolean): Buffer | string {
  const [credentials] = verify.credentials;
  if (credentials === undefined && !fresh) return body;
  const fields = objectIn(body);
  if (fields === undefined) return body;
  return JSON.stringify({ ...fields, ...credentials, ...(fresh && { requestId: randomUUID() }) }, undefined, 2);
}

function objectIn(body: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function post(url: string, body: Buffer | string): Promise<Answer> {
  const startedAt = performance.now();
  const answered = (status: number, text: string) => ({ status, text, ms: performance.now() - startedAt });
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': "Verizon's callback service" },
      body,
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    return answered(response.status, await response.text());
  } catch (error) {
    const { cause, message } = error as Error;
    return answered(0, cause instanceof Error ? cause.message : message);
  }
}

/** Begins one after the other at the rate, or as fast as they come to an end, and so many at a time at most. */
async function inTurns(count: number, rate: number | undefined, act: () => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  const startedAt = performance.now();
  let begun = 0;
  const turn = async () => {
    while (begun < count) {
      const number = begun;
      begun += 1;
      if (rate !== undefined) await pause(startedAt + (number * 1000) / rate - performance.now());
      answers.push(await act());
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, turn));
  return answers;
}

function describe({ status, text, ms }: Answer): string {
  const shown = status === 0 ? 'no answer' : String(status);
  return `${styleText(isAccepted(status) ? 'green' : 'red', shown)} in ${Math.round(ms)} ms  ${text.trim()}`.trimEnd();
}

function isAccepted(status: number): boolean {
  return status >= 200 && status < 300;
}

function countBy(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
