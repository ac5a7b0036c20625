import { setTimeout as pause } from 'node:timers/promises';
import type { OutgoingRequest } from './add-secrets.ts';
import { inTurns, type Turn } from './in-turns.ts';
import { type Answer, createPoster, type Poster } from './poster.ts';
import { isAccepted, nextAttempt, type Profile } from './profile.ts';
import { rest } from './rest.ts';
import type { SimulatedRequest } from './simulated-request.ts';

/** One HTTP request and what it came to. */
export interface Attempt {
  /** From 1; a repetition has the number of what it repeats. */
  readonly number: number;
  readonly repetition: boolean;
  readonly request: OutgoingRequest;
  readonly answer: Answer;
}

/** A request that is over. */
export interface Sent extends Pick<SimulatedRequest, 'keys' | 'kind' | 'what' | 'forged'> {
  /** In the order in which they were made. */
  readonly attempts: readonly Attempt[];
  /** `refused`: no attempt was answered 2xx, and no other follows. `unfinished`: it was stopped before that was certain. */
  readonly end: 'accepted' | 'refused' | 'unfinished';
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
  /** See PosterOptions. */
  readonly certificate: string | undefined;
  readonly onAttempt: (request: SimulatedRequest, attempt: Attempt) => void;
  readonly onSent: (sent: Sent) => void;
}

/** As long as a profile's silence at least. */
const answerTimeoutMs = 30_000;

/** Sends what a vendor sends and goes on as the vendor would, until everything is over or it is told to stop. */
export async function run(requests: Iterable<SimulatedRequest>, options: RunOptions): Promise<void> {
  const poster = createPoster({ timeoutMs: answerTimeoutMs, certificate: options.certificate });
  try {
    await inTurns(requests, options, async (request, turn) => {
      options.onSent(await send(request, { ...options, ...turn, poster }));
    });
  } finally {
    poster.close();
  }
}

interface Sending extends RunOptions, Turn {
  readonly poster: Poster;
}

/** All attempts of one request, and its repetition. Only while it waits for an answer it is not aside. */
async function send(request: SimulatedRequest, sending: Sending): Promise<Sent> {
  const { speed, stopping, aside } = sending;
  const { keys, kind, what, forged, afterMs, repeated } = request;
  const due = afterMs === 0 || (await aside(() => rest(afterMs / speed, stopping)));
  const attempts = due ? await attemptsAt(request, sending) : [];
  const accepted = attempts.some(({ answer }) => isAccepted(answer));
  if (repeated && accepted && !stopping.aborted) {
    attempts.push(await attempt(request, { number: 1, repetition: true }, sending));
  }
  return { keys, kind, what, forged, attempts, end: endOf(accepted, stopping) };
}

async function attemptsAt(request: SimulatedRequest, sending: Sending): Promise<Attempt[]> {
  const { profile, speed, stopping, aside } = sending;
  const attempts: Promise<Attempt>[] = [];
  let silent = false;
  for (let number = 1; ; number += 1) {
    const made = attempt(request, { number, repetition: false }, sending);
    attempts.push(made);
    const answered = await orSilence(made, profile.silenceMs);
    silent ||= answered === undefined;
    const waitMs = request.resent ? nextAttempt(profile, number, answered?.answer, request.random) : undefined;
    if (waitMs === undefined || !(await aside(() => rest(waitMs / speed, stopping)))) break;
  }
  const all = () => Promise.all(attempts);
  return silent ? aside(all) : all();
}

async function attempt(
  simulated: SimulatedRequest,
  which: Pick<Attempt, 'number' | 'repetition'>,
  { poster, stopping, onAttempt }: Sending,
): Promise<Attempt> {
  const request = simulated.outgoing(which.number);
  const made = { ...which, request, answer: await poster.post(request, stopping) };
  onAttempt(simulated, made);
  return made;
}

function endOf(accepted: boolean, stopping: AbortSignal): Sent['end'] {
  if (accepted) return 'accepted';
  return stopping.aborted ? 'unfinished' : 'refused';
}

/** Undefined when nothing was heard for so long. */
async function orSilence(made: Promise<Attempt>, silenceMs: number): Promise<Attempt | undefined> {
  const answered = new AbortController();
  const silence = pause(silenceMs, undefined, { signal: answered.signal }).catch(() => undefined);
  try {
    return await Promise.race([made, silence]);
  } finally {
    answered.abort();
  }
}
