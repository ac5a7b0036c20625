import { type Configuration, describeMistakes, readWhere } from '@relay/config';
import type { Subscriber } from '@relay/core';
import type { Course } from '@relay/journal';
import { compileWhere, createRouting, viewOf } from '@relay/routing';
import { createDecode } from './decode.ts';
import { thereAre } from './enumerate.ts';
import { exitCodes, Failure } from './failure.ts';
import { insistOnEndpoint } from './known-endpoints.ts';
import type { ReplayRun } from './replay-run.ts';

/** What the subscriber wants by its own rules and by those of the replay. */
export function wantsOf(
  configuration: Configuration,
  { endpoint, subscriber: name, where }: Pick<Course, 'endpoint' | 'subscriber' | 'where'>,
): ReplayRun['wants'] {
  const subscriber = receiverOf(configuration, endpoint, name);
  const decode = createDecode(configuration.endpoints);
  const routing = createRouting([subscriber], { decode });
  // As a worker does it: what nobody can judge goes to all.
  const wants: ReplayRun['wants'] = (message) => message.unreadable === true || routing.wants(subscriber, message);
  if (where === undefined) return wants;
  const reading = readWhere(where, '--where');
  if ('mistakes' in reading) throw new Failure(describeMistakes(reading.mistakes), exitCodes.wrongUse);
  const matches = compileWhere(reading.where);
  return (message) => wants(message) && matches(viewOf(message, { decode }));
}

/** Nobody delivers to a subscriber what it does not receive. */
function receiverOf({ endpoints, subscribers }: Configuration, endpoint: string, name: string): Subscriber {
  insistOnEndpoint(
    endpoint,
    endpoints.map((one) => one.name),
  );
  const subscriber = subscribers.find((one) => one.name === name);
  if (subscriber === undefined)
    throw new Failure(
      `There is no subscriber ${name} in the configuration: ${thereAre(subscribers.map((one) => one.name))}.`,
      exitCodes.wrongUse,
    );
  if (!subscriber.endpoints.includes(endpoint))
    throw new Failure(`${name} does not receive ${endpoint}: nobody would deliver it.`, exitCodes.wrongUse);
  return subscriber;
}
