import { setTimeout as pause } from 'node:timers/promises';
import type { Letter } from './dress.ts';
import type { Exchange } from './exchange.ts';
import { type Answer, createMail, type Mail } from './post.ts';
import { isTaken, nextAttempt, type Profile } from './profile.ts';
import { createSlots, type Slots } from './slots.ts';

/** One HTTP request and what it came to. */
export interface Attempt {
  /** From 1; a repetition has the number of what it repeats. */
  readonly number: number;
  readonly repetition: boolean;
  readonly letter: Letter;
  readonly answer: Answer;
}

/** An exchange that is over. */
export interface Sent extends Pick<Exchange, 'keys' | 'kind' | 'what' | 'forged'> {
  /** In the order in which they were answered. */
  readonly attempts: readonly Attempt[];
  /** `refused`: no attempt was answered 2xx, and no other follows. `unfinished`: it was stopped before that was certain. */
  readonly end: 'taken' | 'refused' | 'unfinished';
}

export interface RunOptions {
  /** First attempts per second; undefined: as fast as they are answered. */
  readonly perSecond: number | undefined;
  /** How many may wait for an answer at a time; those that the vendor gave up waiting for are not counted. */
  readonly concurrency: number;
  readonly profile: Profile;
  /** The waits of the vendor become shorter by this factor; how long it waits for an answer stays. */
  readonly speed: number;
  readonly stopping: AbortSignal;
  readonly onAttempt: (exchange: Exchange, attempt: Attempt) => void;
  readonly onSent: (sent: Sent) => void;
}

/** As long as a profile's silence at least. */
const answerTimeoutMs = 30_000;

/** Sends what a vendor sends and goes on as the vendor would, until everything is over or it is told to stop. */
export async function run(exchanges: Iterable<Exchange>, options: RunOptions): Promise<void> {
  const { perSecond, concurrency, stopping, onSent } = options;
  const slots = createSlots(concurrency);
  const mail = createMail({ timeoutMs: answerTimeoutMs });
  const underWay = new Set<Promise<void>>();
  const startedAt = performance.now();
  let begun = 0;
  try {
    for (const exchange of exchanges) {
      await slots.take();
      if (perSecond !== undefined) await rest(startedAt + (begun * 1000) / perSecond - performance.now(), stopping);
      if (stopping.aborted) break;
      begun += 1;
      const carried: Promise<void> = carry(exchange, { ...options, slots, mail })
        .then(onSent)
        .finally(() => underWay.delete(carried));
      underWay.add(carried);
    }
    await Promise.all(underWay);
  } finally {
    mail.close();
  }
}

interface Carrying extends RunOptions {
  readonly slots: Slots;
  readonly mail: Mail;
}

/** Has a slot when it begins, and none when it ends. */
async function carry(exchange: Exchange, carrying: Carrying): Promise<Sent> {
  const { speed, stopping, slots } = carrying;
  const { keys, kind, what, forged, afterMs, repeated } = exchange;
  if (afterMs > 0) {
    slots.free();
    await rest(afterMs / speed, stopping);
    await slots.take();
  }
  const attempts = await attemptsAt(exchange, carrying);
  const taken = attempts.some(({ answer }) => isTaken(answer));
  if (repeated && taken && !stopping.aborted) {
    await slots.take();
    attempts.push(await attempt(exchange, 1, carrying, true));
    slots.free();
  }
  return { keys, kind, what, forged, attempts, end: endOf(taken, stopping) };
}

async function attemptsAt(exchange: Exchange, carrying: Carrying): Promise<Attempt[]> {
  const { profile, speed, stopping, slots } = carrying;
  const open: Promise<unknown>[] = [];
  const attempts: Attempt[] = [];
  for (let number = 1; ; number += 1) {
    const made = attempt(exchange, number, carrying);
    open.push(made.then((done) => attempts.push(done)));
    const first = await orSilence(made, profile.silenceMs);
    slots.free();
    const waitMs = exchange.resent ? nextAttempt(profile, number, first?.answer, exchange.random) : undefined;
    if (waitMs === undefined || !(await rest(waitMs / speed, stopping))) break;
    await slots.take();
  }
  await Promise.all(open);
  return attempts;
}

async function attempt(
  exchange: Exchange,
  number: number,
  { mail, stopping, onAttempt }: Carrying,
  repetition = false,
): Promise<Attempt> {
  const letter = exchange.letter(number);
  const made = { number, repetition, letter, answer: await mail.post(letter, stopping) };
  onAttempt(exchange, made);
  return made;
}

function endOf(taken: boolean, stopping: AbortSignal): Sent['end'] {
  if (taken) return 'taken';
  return stopping.aborted ? 'unfinished' : 'refused';
}

/** Undefined when nothing was heard for so long. */
async function orSilence(made: Promise<Attempt>, silenceMs: number): Promise<Attempt | undefined> {
  const answered = new AbortController();
  const silence = pause(silenceMs, undefined, { signal: answered.signal }).catch(() => undefined);
  const first = await Promise.race([made, silence]);
  answered.abort();
  return first;
}

/** False when it was stopped. */
async function rest(ms: number, stopping: AbortSignal): Promise<boolean> {
  if (ms > 0) await pause(ms, undefined, { signal: stopping }).catch(() => {});
  return !stopping.aborted;
}
