import { styleText } from 'node:util';
import type { KeptMessage, Subscriber } from '@relay/core';
import { createRouting, type JudgedMessage, type Routing } from '@relay/routing';
import { openConfigurationToLook } from './configuration.ts';
import { createDecode } from './decode.ts';
import { exitCodes, Failure } from './failure.ts';
import { withJournal } from './journal.ts';
import type { Place } from './place.ts';
import { messagesIn } from './route-file.ts';
import { table } from './table.ts';

export interface RouteOptions {
  readonly place: Place;
  readonly config: string | undefined;
  /** The endpoint that the file is posted to. */
  readonly endpoint: string | undefined;
  /** The id of a message that is kept, instead of a file. */
  readonly message: string | undefined;
  /** Names in lower case. */
  readonly header: Readonly<Record<string, string>> | undefined;
  readonly json?: boolean;
}

/** Of one that is kept more is known. */
type Routed = JudgedMessage & Partial<Pick<KeptMessage, 'id' | 'unreadable'>>;

interface Verdict {
  readonly subscriber: string;
  readonly gets: boolean;
  /** Why it does not, in the words of the configuration. */
  readonly whyNot: readonly string[];
}

/** Says which subscribers would get a callback, and why not the others, by the filters in the file. Bodies are not shown. */
export async function route(file: string | undefined, options: RouteOptions): Promise<void> {
  const { place, config, json } = options;
  refuseContradictions(file, options);
  const configuration = await openConfigurationToLook(place, config);
  const messages =
    options.message === undefined
      ? await messagesIn(file ?? '', configuration, options)
      : [await keptMessage(options.message, { place, config, configuration })];
  const { subscribers } = configuration;
  const routing = createRouting(subscribers, { decode: createDecode(configuration.endpoints) });
  const judged = messages.map((message) => ({
    message,
    verdicts: subscribers.map((subscriber) => verdictOn(message, subscriber, routing)),
  }));
  if (json) console.log(JSON.stringify(judged.map(({ message, verdicts }) => asJson(message, verdicts))));
  else for (const { message, verdicts } of judged) console.log(`${factsOf(message)}\n\n${tableOf(verdicts)}\n`);
  if (!json && messages.length === 0) console.log('There is no callback in it: nothing would be kept.');
  if (!json && file !== undefined) console.log(styleText('dim', notVerified));
}

const notVerified = 'Whether it is genuine was not looked at: ingest refuses what is not.';

function refuseContradictions(file: string | undefined, { endpoint, message, header }: RouteOptions): void {
  const mistake =
    message === undefined
      ? (file === undefined && 'Name a file, or a message that is kept with --message.') ||
        (endpoint === undefined && 'Say with --endpoint where the file would be posted to.')
      : (file !== undefined && '--message is about a message that is kept: leave the file out.') ||
        ((endpoint ?? header) !== undefined && '--message says by itself which endpoint and headers it has.');
  if (mistake) throw new Failure(mistake, exitCodes.wrongUse);
}

async function keptMessage(id: string, here: Parameters<typeof withJournal>[0]): Promise<Routed> {
  const story = await withJournal(here, (journal) => journal.story(id));
  if (story?.message === undefined) throw new Failure(`No message is kept under ${id}, or its body no longer is.`);
  const { endpoint } = story.message;
  if (!here.configuration.endpoints.some(({ name }) => name === endpoint))
    throw new Failure(`The configuration has no endpoint ${JSON.stringify(endpoint)} any more: nobody would get it.`);
  return story.message;
}

function verdictOn(message: Routed, { name, endpoints }: Subscriber, routing: Routing): Verdict {
  const { endpoint, unreadable } = message;
  if (!endpoints.includes(endpoint))
    return { subscriber: name, gets: false, whyNot: [`receives does not name ${endpoint}`] };
  // As a worker does it: what nobody can judge goes to all.
  const gets = unreadable === true || routing.wants({ name }, message);
  return { subscriber: name, gets, whyNot: gets ? [] : routing.whyNot({ name }, message) };
}

const shownFacts = ['account', 'service', 'type', 'status', 'correlationId'] as const;

function asJson(message: Routed, subscribers: readonly Verdict[]): object {
  const facts = Object.fromEntries(shownFacts.map((name) => [name, message[name]]));
  return { id: message.id, endpoint: message.endpoint, ...facts, subscribers };
}

function factsOf(message: Routed): string {
  const facts = ['endpoint' as const, ...shownFacts].flatMap((name) => {
    const value = message[name];
    return value === undefined ? [] : [[name, value]];
  });
  return table(['', ''], facts).trimStart();
}

function tableOf(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ subscriber, gets, whyNot }) => [subscriber, gets ? 'yes' : 'no', whyNot.join('\n')]);
  return table(['subscriber', 'gets it', 'why not'], rows);
}
