import type { Endpoint, Subject, Subscriber, Where } from '@relay/core';
import { enumerate } from './enumerate.ts';

type Kind = Subject['kind'];

/** What can come of a rule, whatever the messages. */
interface Prospects {
  readonly holds: boolean;
  readonly fails: boolean;
}

/** What would make an endpoint's messages have it, where anything would. */
const remedies: Partial<Record<Kind, string>> = {
  account: 'account of the endpoint would say it',
  service: 'service of the endpoint would say it',
  type: 'naming.type of the endpoint would say where it stands',
  correlationId: 'naming.correlationId of the endpoint would say where it stands',
};

/** Rules and orders of subscribers that come to nothing, since no message of theirs has what they look at. */
export function ruleWarnings(subscribers: readonly Subscriber[], endpoints: readonly Endpoint[]): readonly string[] {
  const named = new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]));
  return subscribers.flatMap((subscriber) => {
    const received = subscriber.endpoints.flatMap((name) => named.get(name) ?? []);
    return [...deadRuleWarnings(subscriber, received), ...orderWarnings(subscriber, received)];
  });
}

/** An item of `receives` gives all endpoints that it stands for the same rule: one that holds for any of them is in order. */
function deadRuleWarnings({ name, wheres }: Subscriber, received: readonly Endpoint[]): readonly string[] {
  const rules = new Set(Object.values(wheres).flat());
  return [...rules].flatMap((rule) => {
    const ruled = received.filter((endpoint) => wheres[endpoint.name]?.includes(rule));
    if (ruled.some((endpoint) => prospectsOf(rule, endpoint).holds)) return [];
    const lacking = new Set(kindsIn(rule).filter((kind) => !ruled.some((endpoint) => tells(endpoint, kind))));
    return [
      `A rule of ${name} never holds: messages of ${namesOf(ruled)} have no ${[...lacking].map(describe).join(', no ')}.`,
    ];
  });
}

function orderWarnings({ name, order }: Subscriber, received: readonly Endpoint[]): readonly string[] {
  if (order !== 'device' || received.some((endpoint) => tells(endpoint, 'device'))) return [];
  return [`ordered: {by: device} gives ${name} no order: messages of ${namesOf(received)} have no device.`];
}

/** Of what is not there, only `exists: false` holds. */
function prospectsOf(where: Where, endpoint: Endpoint): Prospects {
  if ('not' in where) {
    const { holds, fails } = prospectsOf(where.not, endpoint);
    return { holds: fails, fails: holds };
  }
  if ('subject' in where) {
    if (tells(endpoint, where.subject.kind)) return { holds: true, fails: true };
    const holds = 'exists' in where.condition && !where.condition.exists;
    return { holds, fails: !holds };
  }
  const parts = ('all' in where ? where.all : where.any).map((part) => prospectsOf(part, endpoint));
  return 'all' in where
    ? { holds: parts.every(({ holds }) => holds), fails: parts.some(({ fails }) => fails) }
    : { holds: parts.some(({ holds }) => holds), fails: parts.every(({ fails }) => fails) };
}

/** Whether a message of the endpoint may have it. */
function tells({ source, account, service, naming }: Endpoint, kind: Kind): boolean {
  switch (kind) {
    case 'header':
    case 'body':
      return true;
    case 'account':
      return typeof account === 'string' || (source !== 'generic' && source !== 'ixc-acs');
    case 'service':
      return service !== undefined || source === 'thingspace' || source === 'thingspace-soap';
    case 'type':
    case 'correlationId':
      return source !== 'generic' || naming?.[kind] !== undefined;
    case 'device':
    case 'status':
      return source !== 'generic';
  }
}

function kindsIn(where: Where): readonly Kind[] {
  if ('subject' in where) return [where.subject.kind];
  if ('not' in where) return kindsIn(where.not);
  return ('all' in where ? where.all : where.any).flatMap(kindsIn);
}

function describe(kind: Kind): string {
  const remedy = remedies[kind];
  return remedy === undefined ? kind : `${kind} (${remedy})`;
}

function namesOf(endpoints: readonly Endpoint[]): string {
  return enumerate(endpoints.map(({ name }) => name));
}
