import type { MessageId } from '@relay/core';
import { placeOf } from '@relay/core';
import type { DeliveryStory, Journal, Story } from '@relay/journal';
import { openConfigurationToLook } from './configuration.ts';
import { Failure } from './failure.ts';
import { withJournal } from './journal.ts';
import { messageFacts } from './message-facts.ts';
import type { Place } from './place.ts';
import { table } from './table.ts';
import { formatDuration, formatInstant } from './time.ts';

export interface MessagesOptions {
  readonly place: Place;
  readonly config: string | undefined;
  readonly json?: boolean;
}

interface Found {
  readonly id: string;
  readonly story: Story;
}

/** Tells the story of one message, or lists those that name a request id or a device id. Bodies hold passwords: they are not shown. */
export async function messages(value: string, { place, config, json }: MessagesOptions): Promise<void> {
  const configuration = await openConfigurationToLook(place, config);
  const endpoints = configuration.endpoints.map(({ name }) => name);
  const found = await withJournal({ place, config, configuration }, (journal) => lookUp(journal, endpoints, value));
  const [first] = found;
  if (first === undefined) throw new Failure(`No message is kept under ${value}.`);
  if (json) console.log(JSON.stringify(found.map(asJson)));
  else console.log(found.length === 1 ? tell(first) : list(found));
}

async function lookUp(journal: Journal, endpoints: readonly string[], value: string): Promise<Found[]> {
  const story = placeOf(value) && (await journal.story(value));
  if (story) return [{ id: value, story }];
  const ids = (await Promise.all(endpoints.map((endpoint) => journal.find(endpoint, value)))).flat();
  const stories = await Promise.all(ids.map(async (id: MessageId) => ({ id, story: await journal.story(id) })));
  return stories.flatMap(({ id, story: told }) => (told ? [{ id, story: told }] : []));
}

function asJson({ id, story: { message, deliveries } }: Found): object {
  if (message === undefined) return { id, deliveries };
  const { body, ...facts } = message;
  return { ...messageFacts(facts), bytes: body.length, deliveries };
}

function tell({ id, story: { message, deliveries } }: Found): string {
  const facts: [string, string | undefined][] = [
    ['message', id],
    ['endpoint', message?.endpoint],
    ['received', message && formatInstant(message.receivedAt)],
    ['account', message?.account],
    ['service', message?.service],
    ['type', message?.type],
    ['request', message?.correlationId],
    ['status', message?.status],
    ['body', message ? `${message.body.length} bytes, ${message.contentType ?? 'no content type'}` : 'no longer kept'],
  ];
  const known = facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
  return `${table(['', ''], known).trimStart()}\n\n${tableOf(deliveries)}`;
}

function tableOf(deliveries: readonly DeliveryStory[]): string {
  const now = Date.now();
  const rows = deliveries.map((delivery) => [
    delivery.subscriber,
    describeState(delivery, now),
    String(delivery.attempts.count),
    outcomesOf(delivery),
    delivery.lastAt === undefined ? '–' : formatInstant(delivery.lastAt),
  ]);
  return table(['subscriber', 'delivery', 'attempts', 'outcomes', 'last'], rows, ['attempts']);
}

/** Of many attempts only the latest outcomes are remembered. */
function outcomesOf({ attempts: { count, words } }: DeliveryStory): string {
  const outcomes = words.join(' ');
  return count > words.length ? `last ${words.length}: ${outcomes}` : outcomes;
}

function describeState({ state, dueAt, reason }: DeliveryStory, now: number): string {
  if (state === 'open' && dueAt !== undefined) return `open, next attempt in ${formatDuration(dueAt - now)}`;
  return state === 'dead' && reason !== undefined ? `dead: ${reason}` : state;
}

function list(found: readonly Found[]): string {
  const rows = found.map(({ id, story: { message, deliveries } }) => [
    id,
    message ? formatInstant(message.receivedAt) : 'no longer kept',
    message?.type ?? '',
    message?.status ?? '',
    deliveries.map(({ subscriber, state }) => `${subscriber} ${state}`).join(', '),
  ]);
  return table(['message', 'received', 'type', 'status', 'deliveries'], rows);
}
