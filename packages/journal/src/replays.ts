import { randomBytes } from 'node:crypto';
import type { EntryId, KeptMessage } from '@relay/core';
import type { RedisConnection } from './connect.ts';
import { decodeEntry, type RawEntry } from './entry.ts';
import { courseKey, logKey, openKey, replaysKey } from './keys.ts';
import { lastBefore } from './last-before.ts';
import { ofCursor } from './no-cursor.ts';
import { replayRecord } from './record.ts';
import { type Course, courseFields, decodeCourse, type ReplayCounts, type ReplayPlan } from './replay-course.ts';
import { loadScripts } from './scripts.ts';

export interface ReplaysOptions {
  readonly redis: RedisConnection;
  /** How long records and the course of a replay stay, in ms. */
  readonly retentionMs: number;
}

export interface LogMessage {
  readonly entry: EntryId;
  readonly message: KeptMessage;
}

/** The next messages of a log, all of which were looked at. */
export interface ReplayStep {
  readonly looked: readonly EntryId[];
  /** Those of them that are to be delivered once more. */
  readonly wanted: readonly EntryId[];
}

export interface Stepped {
  /** Open and due now, each with the number of its replay. Whoever calls sets their alarms. */
  readonly replayed: readonly { readonly entry: EntryId; readonly replay: number }[];
  /** How far it has come. */
  readonly course: Course;
}

/** Somebody else goes on with the same replay. */
export class ReplayMovedError extends Error {
  readonly code = 'REPLAY_MOVED';
}

/**
 * Replays a part of an endpoint's log to a subscriber, in steps. How far a replay has come is in Redis and changes with what it
 * opens: whoever goes on after a crash neither repeats a message nor leaves one out.
 */
export interface Replays {
  begin(plan: ReplayPlan): Promise<Course>;
  find(endpoints: readonly string[], id: string): Promise<Course | undefined>;
  /** Those of the last retention, the latest first. */
  list(endpoints: readonly string[]): Promise<Course[]>;
  /** At most `count` messages that it has still to look at, in the order of the log; none at its end. */
  ahead(course: Pick<Course, 'endpoint' | 'at' | 'to'>, count: number): Promise<LogMessage[]>;
  /** Rejects with ReplayMovedError where it does not stand there, with NoCursorError where nobody would deliver. */
  step(course: Course, step: ReplayStep): Promise<Stepped>;
  end(course: Course): Promise<Course>;
  /** How many of these messages would come without a replay. */
  anyway(endpoint: string, subscriber: string, entries: readonly EntryId[]): Promise<number>;
  /** Between which places a replay goes: what was kept in this time, nothing that is kept from now on. */
  span(plan: Pick<ReplayPlan, 'endpoint' | 'sinceMs' | 'untilMs'>): Promise<Pick<Course, 'at' | 'to'>>;
  /** How many deliveries of this cursor are open. */
  openCount(endpoint: string, subscriber: string): Promise<number>;
}

export function createReplays({ redis, retentionMs }: ReplaysOptions): Replays {
  const run = loadScripts(redis);

  async function span({ endpoint, sinceMs, untilMs }: Pick<ReplayPlan, 'endpoint' | 'sinceMs' | 'untilMs'>) {
    const [newest] = (await redis.callBuffer('XREVRANGE', logKey(endpoint), '+', '-', 'COUNT', 1)) as RawEntry[];
    const last = newest === undefined ? '0-0' : String(newest[0]);
    const isEarlier = untilMs !== undefined && Math.ceil(untilMs) <= Number.parseInt(last, 10);
    return { at: lastBefore(sinceMs), to: isEarlier ? lastBefore(untilMs) : last };
  }

  async function write(course: Course): Promise<Course> {
    const { endpoint, id } = course;
    const key = courseKey(endpoint, id);
    // Together, so that nothing stays for ever.
    const answers = await redis
      .multi()
      .hset(key, courseFields(course))
      .pexpire(key, retentionMs)
      .sadd(replaysKey(endpoint), id)
      .pexpire(replaysKey(endpoint), retentionMs)
      .exec();
    for (const [error] of answers ?? []) if (error !== null) throw error;
    return course;
  }

  async function read(endpoint: string, id: string): Promise<Course | undefined> {
    return decodeCourse(endpoint, id, await redis.hgetall(courseKey(endpoint, id)));
  }

  return {
    span,
    async begin(plan) {
      const none = { looked: 0, unwanted: 0, anyway: 0, gone: 0, replayed: 0 };
      const { sinceMs: _, untilMs: __, ...rest } = plan;
      return write({ ...rest, ...(await span(plan)), id: newId(), startedAt: Date.now(), counts: none });
    },
    async find(endpoints, id) {
      const found = await Promise.all(endpoints.map((endpoint) => read(endpoint, id)));
      return found.find((course) => course !== undefined);
    },
    async list(endpoints) {
      const courses = await Promise.all(
        endpoints.map(async (endpoint) => {
          const ids = await redis.smembers(replaysKey(endpoint));
          return Promise.all(ids.map((id) => read(endpoint, id)));
        }),
      );
      const there = courses.flat().filter((course) => course !== undefined);
      return there.sort((a, b) => b.startedAt - a.startedAt);
    },
    async ahead({ endpoint, at, to }, count) {
      if (at === to) return [];
      const range = redis.callBuffer('XRANGE', logKey(endpoint), `(${at}`, to, 'COUNT', count);
      return ((await range) as RawEntry[]).map((raw) => decodeEntry(endpoint, raw));
    },
    async step(course, { looked, wanted }) {
      const { endpoint, subscriber, id, at } = course;
      const now = Date.now();
      const next = looked.at(-1) ?? at;
      const place = [id, at, next, looked.length, looked.length - wanted.length];
      const values = [subscriber, replayRecord(now), now, retentionMs, ...place, ...wanted];
      const asking = standing(run('relayReplay', [logKey(endpoint)], values));
      const answers = (await ofCursor(endpoint, subscriber, asking)) as (Buffer | number)[];
      const replayed = wanted.flatMap((entry, i) => {
        const answer = answers[i];
        return typeof answer === 'number' ? [{ entry, replay: answer }] : [];
      });
      const gone = answers.filter((answer) => String(answer) === 'gone').length;
      const counts = added(course.counts, {
        looked: looked.length,
        unwanted: looked.length - wanted.length,
        anyway: wanted.length - replayed.length - gone,
        gone,
        replayed: replayed.length,
      });
      return { replayed, course: { ...course, at: next, counts } };
    },
    async end(course) {
      const endedAt = Date.now();
      await redis.hset(courseKey(course.endpoint, course.id), 'endedAt', endedAt);
      return { ...course, endedAt };
    },
    async anyway(endpoint, subscriber, entries) {
      const asking = run('relayReplayLook', [logKey(endpoint)], [subscriber, ...entries]);
      const answers = (await ofCursor(endpoint, subscriber, asking)) as Buffer[];
      return answers.filter((answer) => String(answer) !== 'over').length;
    },
    openCount: (endpoint, subscriber) => redis.zcard(openKey(endpoint, subscriber)),
  };
}

function newId(): string {
  return randomBytes(4).toString('hex');
}

function added(a: ReplayCounts, b: ReplayCounts): ReplayCounts {
  return {
    looked: a.looked + b.looked,
    unwanted: a.unwanted + b.unwanted,
    anyway: a.anyway + b.anyway,
    gone: a.gone + b.gone,
    replayed: a.replayed + b.replayed,
  };
}

async function standing<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    throw String(error).includes('NOTTHERE') ? new ReplayMovedError('somebody else goes on with this replay') : error;
  }
}
