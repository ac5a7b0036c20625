import type { Subscriber, Where } from '@relay/core';
import { compileWhere } from './compile-where.ts';
import { createLookInto, type Decode, type JudgedMessage, type MessageView, viewBy } from './message-view.ts';
import { createRecentLooks } from './recent-looks.ts';
import { whyNot } from './why-not.ts';

/** Which messages a subscriber wants, compiled once per configuration. */
export interface Routing {
  /** False as well for a subscriber that this configuration does not know. */
  wants(subscriber: Pick<Subscriber, 'name'>, message: JudgedMessage): boolean;
  /** Why it does not want a message, a sentence for each of the rules that would do; none when it does want it, or receives nothing of the endpoint. */
  whyNot(subscriber: Pick<Subscriber, 'name'>, message: JudgedMessage): readonly string[];
}

export interface RoutingDeps {
  readonly decode: Decode;
  /** A rule of this subscriber asked for a body that nobody can look into. */
  readonly onUnreadable?: (subscriber: string, message: JudgedMessage) => void;
}

/** What wants a message of an endpoint: one of these rules, or, without any, everybody. */
interface Wanted {
  readonly wheres: readonly Where[];
  readonly compiled: readonly ((view: MessageView) => boolean)[];
}

export function createRouting(
  subscribers: readonly Pick<Subscriber, 'name' | 'endpoints' | 'wheres'>[],
  { decode, onUnreadable }: RoutingDeps,
): Routing {
  const lookInto = createRecentLooks(createLookInto(decode));
  const received = new Map(subscribers.map((subscriber) => [subscriber.name, rulesOf(subscriber)]));

  return {
    wants({ name }, message) {
      const rules = received.get(name)?.get(message.endpoint);
      if (rules === undefined || rules === 'all') return rules === 'all';
      const view = viewBy(lookInto, message, () => onUnreadable?.(name, message));
      return rules.compiled.some((matches) => matches(view));
    },
    whyNot({ name }, message) {
      const rules = received.get(name)?.get(message.endpoint);
      if (rules === undefined || rules === 'all') return [];
      const view = viewBy(lookInto, message);
      if (rules.compiled.some((matches) => matches(view))) return [];
      return rules.wheres.map((where) => whyNot(where, view));
    },
  };
}

function rulesOf({ endpoints, wheres }: Pick<Subscriber, 'endpoints' | 'wheres'>): Map<string, Wanted | 'all'> {
  return new Map(
    endpoints.map((endpoint) => [endpoint, Object.hasOwn(wheres, endpoint) ? wantedBy(wheres[endpoint]) : 'all']),
  );
}

function wantedBy(wheres: readonly Where[] = []): Wanted {
  return { wheres, compiled: wheres.map(compileWhere) };
}
