import type { Random } from '@relay/simulators';
import { credentials } from './credentials.ts';

export type EndpointName = (typeof endpointNames)[number];

/** What one request of a vendor carries. */
export interface Callback {
  readonly endpoint: EndpointName;
  /** Of each message it makes; no other callback has them, but for a look-alike. */
  readonly ids: readonly string[];
  /** Whether the vendor numbers its attempts, so that look-alikes can be told from resends. */
  readonly numbered: boolean;
  /** As it goes out at an attempt, from 1. */
  body(attempt: number): string;
  /** What subscribers have to get then, for each of its ids. */
  parts(attempt: number): readonly string[];
}

export const endpointNames = ['carrier', 'acs', 'calls'] as const;

/** As they stand in relay.yaml. Of the three, `carrier` numbers its attempts and `calls` brings several messages at once. */
export const endpoints = [
  { name: 'carrier', source: 'thingspace', verify: { credentials: [credentials] } },
  { name: 'acs', source: 'ixc-acs' },
  { name: 'calls', source: 'voximplant' },
] as const satisfies readonly ({ readonly name: EndpointName } & Record<string, unknown>)[];

const shares = { carrier: 0.6, acs: 0.3 };
const mostCalls = 3;
const idDigits = 9;
const idPattern = /chaos-\d{9}/;

/** Callbacks without end, the same for the same random. */
export function* callbacks(random: Random): Generator<Callback, never> {
  let count = 0;
  const nextId = () => `chaos-${String(count++).padStart(idDigits, '0')}`;
  for (;;) {
    const dice = random.fraction();
    if (dice < shares.carrier) yield carrier(nextId());
    else if (dice < shares.carrier + shares.acs) yield acs(nextId());
    else yield calls(Array.from({ length: 1 + random.below(mostCalls) }, nextId));
  }
}

/** The id of the message that this is the body of. */
export function idOf(body: string): string | undefined {
  return idPattern.exec(body)?.[0];
}

function carrier(id: string): Callback {
  const body = (attempt: number) =>
    JSON.stringify({
      ...credentials,
      requestId: id,
      deviceIds: [{ id: '89148000000000000001', kind: 'iccid' }],
      deviceResponse: { activateResponse: { servicePlan: 'M2M-4G', state: 'active' } },
      status: 'Success',
      callbackCount: attempt,
      maxCallbackThreshold: 4,
    });
  return { endpoint: 'carrier', ids: [id], numbered: true, body, parts: (attempt) => [body(attempt)] };
}

/** All alike but for the id. */
function acs(id: string): Callback {
  const body = JSON.stringify({ protocolo: '20260001', router_id: 17, status: 'OK', timestamp: id });
  return { endpoint: 'acs', ids: [id], numbered: false, body: () => body, parts: () => [body] };
}

function calls(ids: readonly string[]): Callback {
  const parts = ids.map((id) => JSON.stringify({ callback_id: id, type: 'call_finished', account_id: 1_000_001 }));
  const body = `{"callbacks":[${parts.join(',')}]}`;
  return { endpoint: 'calls', ids, numbered: false, body: () => body, parts: () => parts };
}
