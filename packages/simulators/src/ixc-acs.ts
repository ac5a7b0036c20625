import type { Draft, DraftOptions } from './draft.ts';
import type { Random } from './random.ts';

/** After so long without a word from the router an error is sent (documented). */
const timeoutMs = 3_600_000;
/** The action may run all the same (documented); when is not. */
const latestMs = 1_800_000;
const promptMs = 30_000;
const turnMs = 1_000;

/**
 * IXC ACS: a reply to each request, under a protocolo that all replies to one request share. Where the router does not
 * answer, an error after an hour, and a success when it wakes up. What the error's body looks like is not documented.
 */
export function* ixcAcs(random: Random, { count, lateShare, now }: DraftOptions): Iterable<Draft> {
  for (let turn = 0; turn < count; turn += 1) {
    const reply = { turn, protocolo: random.uuid(), router_id: `RTR-${random.below(10_000)}`, at: now + turn * turnMs };
    if (random.happens(lateShare)) {
      yield draft({ ...reply, status: 'error', kind: 'error after the time-out', afterMs: timeoutMs });
      const afterMs = timeoutMs + 1 + random.below(latestMs);
      yield draft({ ...reply, status: 'success', kind: 'late success', afterMs });
    } else {
      const at = reply.at + random.below(promptMs);
      yield draft({ ...reply, at, status: 'success', kind: 'success', afterMs: 0 });
    }
  }
}

interface Reply {
  readonly turn: number;
  readonly protocolo: string;
  readonly router_id: string;
  readonly at: number;
  readonly status: 'success' | 'error';
  readonly kind: string;
  readonly afterMs: number;
}

function draft({ turn, protocolo, router_id, at, status, kind, afterMs }: Reply): Draft {
  const message = status === 'error' ? { message: 'timeout' } : {};
  const body = JSON.stringify({ protocolo, router_id, status, timestamp: inBrazil(at + afterMs), ...message });
  const what = `${kind}, ${router_id}`;
  return { turn, keys: [`${protocolo} ${status}`], kind, what, resent: true, afterMs, body: () => body };
}

const offsetMs = -3 * 3_600_000;

function inBrazil(at: number): string {
  return `${new Date(at + offsetMs).toISOString().slice(0, 19)}-03:00`;
}
