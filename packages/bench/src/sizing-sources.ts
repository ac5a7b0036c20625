import { randomBytes } from 'node:crypto';
import { createJournal } from '@relay/journal';
import { createSource } from '@relay/sources';
import { startRedis } from '@relay/testkit';
import { Redis } from 'ioredis';
import type { Compared } from './comparison.ts';
import type { Figures } from './figures.ts';
import { type ReadCase, readCases } from './read-cases.ts';
import { dataMemory } from './redis-figures.ts';

export interface SourcesOptions {
  /** Of each source's, so many are kept. */
  readonly requests: number;
  /** Called with what is measured next. */
  readonly onStep: (step: string) => void;
  readonly signal: AbortSignal;
}

const retentionMs = 3 * 24 * 3_600_000;

/** What a kept message of each source weighs in Redis: sources differ in what a message can be found by. */
export async function weighSources({ requests, onStep, signal }: SourcesOptions): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const each of readCases()) {
    signal.throwIfAborted();
    const { length } = each.received.body;
    const title = `a kept message, ${each.name}, ${length.toLocaleString('en')} bytes a request`;
    onStep(title);
    const figures = await weigh(each, requests);
    compared.push({ title, sides: [{ name: 'ours', figures, measured: [figures] }] });
  }
  return compared;
}

async function weigh({ name, endpoint, received }: ReadCase, requests: number): Promise<Figures> {
  const reading = createSource(endpoint).read(received);
  if ('refusal' in reading) throw new Error(`${name} was refused: ${reading.refusal.detail}`);
  await using closing = new AsyncDisposableStack();
  const redis = closing.adopt(await startRedis(), (started) => started.stop());
  const client = closing.adopt(new Redis(redis.url), (opened) => opened.disconnect());
  const options = { redis: client, consumer: 'bench', retentionMs: () => retentionMs };
  const journal = closing.adopt(createJournal(options), (created) => created.close());
  const cursors = [{ subscriber: 'subscriber', from: { kind: 'now' as const } }];
  await journal.apply([{ endpoint: endpoint.name, dedupMs: endpoint.dedupMs, cursors }]);

  const emptyBytes = await dataMemory(client);
  const keepings = Array.from({ length: requests }, (_, number) => {
    // Another digest is another message; what it weighs does not depend on what is in it.
    const messages = reading.messages.map((message) => ({ ...message, digest: randomBytes(message.digest.length) }));
    return journal.keep(endpoint.name, messages, String(number).padStart(8, '0'));
  });
  const kept = (await Promise.all(keepings)).flat().length;
  const lookUps = reading.messages.flatMap(({ facts: { correlationId, devices } }) => [correlationId ?? [], devices]);
  return {
    bodyBytes: reading.messages.reduce((bytes, { body }) => bytes + body.length, 0) / reading.messages.length,
    lookUps: lookUps.flat().length / reading.messages.length,
    waitingBytes: ((await dataMemory(client)) - emptyBytes) / kept,
  };
}
