import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { givenMessage, givenRedis, keepOne, newToken, planOf } from './given.ts';

const given = givenRedis();
const windowMs = 200_000;
const shortWindowMs = 60_000;
/** By so much attempts of one message may overtake each other. */
const overtakeMs = 60_000;

/** A callback of one of these texts; those that look alike are all numbered, or none of them is. */
interface Callback {
  readonly text: string;
  readonly attempt: number | undefined;
  /** After the first possible moment, in ms. */
  readonly receivedMs: number;
  /** Which of those before it is repeated with its own token, counted from the end; beyond them: none. */
  readonly repeats: number;
}

interface Known {
  readonly id: string;
  readonly seen: Callback[];
}

const numbered = fc.record({
  text: fc.constantFrom('numbered a', 'numbered b'),
  attempt: fc.integer({ min: 1, max: 3 }),
});
const unnumbered = fc.record({ text: fc.constantFrom('c', 'short'), attempt: fc.constant(undefined) });
const callback: fc.Arbitrary<Callback> = fc
  .tuple(fc.oneof(numbered, unnumbered), fc.nat({ max: 40 }), fc.nat({ max: 20 }))
  .map(([kind, step, repeats]) => ({ ...kind, receivedMs: step * 10_000, repeats }));

/** Keeps callbacks one after the other, in the order of a spool and live traffic that are mixed at will; answers as [id, fresh]. */
async function keepAll(callbacks: readonly Callback[]): Promise<(readonly [Callback, string, boolean])[]> {
  await given.redis.flushall();
  const journal = given.journal();
  await journal.apply([planOf('carrier', [], { dedupMs: windowMs })]);
  const firstMs = Date.now() - 24 * 60 * 60 * 1000;
  const kept: { callback: Callback; token: string; id: string; fresh: boolean }[] = [];
  for (const next of callbacks) {
    const before = kept.at(-1 - next.repeats);
    const { callback: shown, token } = before ?? { callback: next, token: newToken() };
    const message = givenMessage(shown.text, {
      receivedAt: firstMs + shown.receivedMs,
      vendorAttempt: shown.attempt,
      ...(shown.text === 'short' && { resendWithinMs: shortWindowMs }),
    });
    const keeping = await keepOne(journal, 'carrier', message, token);
    if (before !== undefined) assert.deepEqual(keeping, { id: before.id, fresh: false }, 'our own repetition');
    kept.push({ callback: shown, token, ...keeping });
  }
  return kept.map(({ callback: shown, id, fresh }) => [shown, id, fresh] as const);
}

function windowOf({ text }: Callback): number {
  return text === 'short' ? shortWindowMs : windowMs;
}

function mayRepeat(known: Known, next: Callback): boolean {
  return known.seen.every(
    (seen) => inTurn(seen, next) && Math.abs(seen.receivedMs - next.receivedMs) <= windowOf(next),
  );
}

function inTurn(one: Callback, other: Callback): boolean {
  if (one.attempt === undefined || other.attempt === undefined) return true;
  const [lower, higher] = one.attempt < other.attempt ? [one, other] : [other, one];
  return lower.attempt !== higher.attempt && lower.receivedMs - higher.receivedMs <= overtakeMs;
}

test('whatever comes in whatever order, a plain list of what was seen tells the same repetitions', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(callback, { maxLength: 15 }), async (callbacks) => {
      const model = new Map<string, Known[]>();
      for (const [next, id, fresh] of await keepAll(callbacks)) {
        const alike = model.get(next.text) ?? [];
        model.set(next.text, alike);
        if (alike.some((known) => known.seen.includes(next))) continue; // our own repetition
        const known = alike.find((candidate) => mayRepeat(candidate, next));
        assert.equal(fresh, known === undefined);
        if (known === undefined) alike.push({ id, seen: [next] });
        else {
          assert.equal(id, known.id);
          known.seen.push(next);
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('however many look alike, what is one message is of different numbers that count upwards, and within the window', async () => {
  const many = fc.array(
    callback.map((one) => ({ ...one, repeats: Number.POSITIVE_INFINITY })),
    {
      minLength: 60,
      maxLength: 120,
    },
  );
  await fc.assert(
    fc.asyncProperty(many, async (callbacks) => {
      const messages = Object.values(Object.groupBy(await keepAll(callbacks), ([, id]) => id));
      for (const seen of messages.map((some = []) => some.map(([one]) => one))) {
        assert.ok(seen.every((one) => seen.every((other) => one === other || inTurn(one, other))));
        const times = seen.map(({ receivedMs }) => receivedMs);
        assert.ok(seen.every((one) => Math.max(...times) - Math.min(...times) <= windowOf(one)));
      }
    }),
    { numRuns: 30 },
  );
});
