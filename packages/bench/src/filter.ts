import { type Condition, messageId, type Subject, type Where } from '@relay/core';
import { compileWhere, createRouting, type JudgedMessage, viewOf } from '@relay/routing';
import { createSource } from '@relay/sources';
import type { Compared } from './comparison.ts';
import { cpuUsOf } from './cpu-of-call.ts';
import { type Figures, overRounds } from './figures.ts';
import type { ReadOptions } from './read.ts';
import { readCases } from './read-cases.ts';

const callsAtOnce = 1_000;

/** What judging a message costs: one rule of each kind on a message that was looked into, and what comes before it. */
export function measureFilters({ rounds, roundMs, onStep, signal }: ReadOptions): Compared[] {
  return Object.entries(filterCalls()).map(([name, call]) => {
    signal.throwIfAborted();
    onStep(`filter: ${name}`);
    const measured: Figures[] = [];
    for (let round = 0; round < rounds; round += 1)
      measured.push({ judgeCpuNs: 1000 * cpuUsOf(call, { leastMs: roundMs, callsAtOnce }) });
    return { title: `filter, ${name}`, sides: [{ name: 'ours', figures: overRounds(measured), measured }] };
  });
}

/** Each by what it does. */
export function filterCalls(): Readonly<Record<string, () => boolean>> {
  const { message, decode } = given();
  const view = viewOf(message, { decode });
  const rules = Object.entries(ruleKinds).map(([name, where]) => {
    const holds = compileWhere(where);
    return [`a rule: ${name}`, () => holds(view)] as const;
  });
  const wanting = (where: Where, judged: JudgedMessage) => {
    const subscriber = { name: 'billing', endpoints: [message.endpoint], wheres: { [message.endpoint]: [where] } };
    const { wants } = createRouting([subscriber], { decode });
    return () => wants(subscriber, judged);
  };
  const rememberedMessage = { ...message, id: messageId(message.endpoint, '1-0', 'abcd') };
  return {
    ...Object.fromEntries(rules),
    'a message, rule on its status': wanting(ruleKinds['status, a text'], message),
    [`a message, rule on its body, ${message.body.length.toLocaleString('en')} bytes`]: wanting(onBody, message),
    'a message, rule on its body, for the next subscriber': wanting(onBody, rememberedMessage),
  };
}

const statuses = Array.from({ length: 20 }, (_, number) => `Status ${number}`);
const onBody = rule({ kind: 'body', pointer: '/callbackCount' }, { atLeast: 1, below: 4 });
const status = (condition: Condition) => rule({ kind: 'status' }, condition);

const ruleKinds = {
  'status, a text': status({ anyOf: ['Success'] }),
  'status, any of 20': status({ anyOf: [...statuses, 'Success'] }),
  'status, a beginning': status({ prefix: 'Succ' }),
  'status, existence': status({ exists: true }),
  'status, the contrary': { not: status({ anyOf: ['Failed'] }) },
  'device, existence': rule({ kind: 'device' }, { exists: true }),
  'header, a text': rule({ kind: 'header', name: 'x-team' }, { anyOf: ['billing'] }),
  'body, a text': rule({ kind: 'body', pointer: '/requestId' }, { anyOf: ['none'] }),
  'body, a range': onBody,
} as const satisfies Record<string, Where>;

function rule(subject: Subject, condition: Condition): Where {
  return { subject, condition };
}

/** ThingSpace's, as the bench of `read` has it; without an id nothing of it is remembered. */
function given() {
  const [first] = readCases();
  if (first === undefined) throw new Error('there is no callback to judge');
  const { endpoint, received } = first;
  const source = createSource(endpoint);
  const message: JudgedMessage = {
    endpoint: endpoint.name,
    account: '0000000001-00001',
    service: undefined,
    type: undefined,
    correlationId: undefined,
    status: 'Success',
    headers: { 'x-team': 'billing' },
    contentType: 'application/json',
    body: received.body,
  };
  const decode = ({ body, contentType }: Pick<JudgedMessage, 'body' | 'contentType'>) =>
    source.decode(body, contentType);
  return { message, decode };
}
