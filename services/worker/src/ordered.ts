import type { Delivery } from '@relay/core';
import type { Holds } from '@relay/holds';
import type { Journal } from '@relay/journal';
import type { Pace } from '@relay/pace';
import type { RoutingDeps } from '@relay/routing';
import type { Forward, ForwardDeps } from './forward.ts';
import { createLineCursor, type LineCursor } from './line-cursor.ts';

/** `attempt` sets no alarms: whoever failed stays in its line, and is attempted from there. */
export interface OrderedDeps extends Omit<ForwardDeps, 'journal' | 'holds' | 'mayClaim'> {
  readonly journal: Pick<Journal, 'lead' | 'stepDown' | 'unsettled' | 'settle' | 'handBack'>;
  readonly holds: Pick<Holds, 'mayRead' | 'mayAttempt' | 'stateOf'>;
  readonly decode: RoutingDeps['decode'];
  readonly pace: Pick<Pace, 'take'>;
  /** A replay is in no line: it is left to its alarm, which must be there. */
  readonly remind: (delivery: Delivery) => void;
  readonly clock: () => number;
}

/**
 * Station 2 for a subscriber that wants its messages in order. Of each endpoint's cursor one process is the reader; it makes the
 * retries, too. The way of a message, which ends once it is delivered or a dead letter:
 *
 *   line-cursor.ts   reads it, while line-lease.ts says that this process leads the cursor; what was read before it led
 *        │           comes first, through take-over.ts
 *        ▼
 *   line-up.ts       places it behind whatever is of the same line (line-names.ts, lines.ts), in memory or left to the log
 *        │
 *        ▼           first in all of its lines
 *   turns.ts ◀────┐  attempts it, as soon as there is a place and a permit; on hold, as a probe
 *        │        │
 *        └────────┘  failed: it keeps its place, and rests until it is due again
 */
export function createOrdered(deps: OrderedDeps): Forward {
  const { receives } = deps;
  const cursors = new Map<string, LineCursor>();
  const ending = new Set<Promise<void>>();
  let lastProbed = '';
  let stopped = false;

  function cursorOf(endpoint: string): LineCursor | undefined {
    if (stopped || !receives(endpoint)) return undefined;
    const cursor = cursors.get(endpoint) ?? createLineCursor(endpoint, deps);
    cursors.set(endpoint, cursor);
    return cursor;
  }

  /** What it receives no more is left to whoever does. */
  function endOthers(): void {
    for (const endpoint of cursors.keys()) if (!receives(endpoint)) end(endpoint);
  }

  function end(endpoint: string): void {
    const ended = cursors.get(endpoint)?.stop() ?? Promise.resolve();
    cursors.delete(endpoint);
    ending.add(ended);
    void ended.finally(() => ending.delete(ended));
  }

  return {
    look(endpoints) {
      endOthers();
      for (const endpoint of endpoints) cursorOf(endpoint)?.look();
    },
    claim(endpoints) {
      for (const endpoint of endpoints) cursorOf(endpoint)?.claim();
    },
    async probe(how) {
      for (const endpoint of behind(lastProbed, deps.subscriber().endpoints)) {
        lastProbed = endpoint;
        const attempted = await cursorOf(endpoint)?.probe(how);
        if (attempted !== undefined) return attempted;
      }
      return undefined;
    },
    async stop() {
      stopped = true;
      for (const endpoint of [...cursors.keys()]) end(endpoint);
      await Promise.all(ending);
    },
  };
}

/** All of them, the one right behind this one first: one whose messages all fail is not the only one to be probed. */
function behind(endpoint: string, all: readonly string[]): readonly string[] {
  const next = all.indexOf(endpoint) + 1;
  return [...all.slice(next), ...all.slice(0, next)];
}
