import type { EntryId } from '@relay/core';
import { type Job, Queue, Worker } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import { connectToHear } from './hearing.ts';

/** Wakes one open delivery of a subscriber. It may be lost, doubled or late without harm: the log knows what is open. */
export interface Alarm {
  readonly endpoint: string;
  readonly entry: EntryId;
  /** Which attempt is next (see `generationOf` in core): an alarm for the same attempt is the same alarm, for the next one another. */
  readonly generation: number;
}

export interface RetriesOptions {
  /** A patient connection; blocking ones are made from it, one per subscriber that is listened to. */
  readonly redis: Redis | Cluster;
  /** Makes the next attempt of the delivery, if it is still open. */
  readonly onAlarm: (subscriber: string, alarm: Alarm) => Promise<void>;
  readonly onError: (error: Error) => void;
}

export interface Retries {
  /** Sets the alarm. One that is set already, or ringing, is left alone. */
  wake(subscriber: string, alarm: Alarm, delayMs: number): Promise<void>;
  /** Hears the subscriber's alarms from now on, at most so many at once. */
  listen(subscriber: string, concurrency: number): void;
  /** Stops hearing them; those that ring are carried to their end, which nobody waits for before `close`. */
  ease(subscriber: string): void;
  listening(): readonly string[];
  /** Every alarm of the subscriber that will ring, or rings. Walks them in steps: one that is set or rings meanwhile may be left out. */
  alarms(subscriber: string): AsyncIterable<Alarm>;
  /** Sets an alarm that will not ring, to ring at once: also where something of it is left that keeps it from being set. */
  renew(subscriber: string, alarm: Alarm): Promise<void>;
  /** Sees to it that an alarm that ought to have rung does: one that is set or rings is left as it is, one that is neither rings at once. */
  remind(subscriber: string, alarm: Alarm): Promise<void>;
  /** Whatever is kept of the subscriber's alarms goes. Nobody may hear them. */
  forget(subscriber: string): Promise<void>;
  /** Stops hearing any, for good: `listen` does nothing from now on. Resolves when those that ring have come to their end. */
  close(): Promise<void>;
}

const prefix = 'relay:retries';
/**
 * How long a process that has died keeps its ringing alarms, in ms; they ring again for another when that one looks next.
 * Together no longer than others wait for its pending deliveries. Redis away for longer than the lock: they ring again, too.
 */
const lockMs = 10_000;
const stalledIntervalMs = 5_000;
/** After Redis has refused to hand out an alarm, as a replica does, or one that is full, in ms. */
const askAgainMs = 1_000;
/** A stalled alarm is no fault of the delivery: there is no number of crashes after which it may be dropped. */
const maxStalledCount = 1_000_000;
const mostEventsKept = 100;
/** Read at once when somebody looks through the alarms. */
const alarmsAtOnce = 1_000;
/** In the order in which an alarm goes through them, so that none slips by whoever looks. */
const states = ['delayed', 'wait', 'active'] as const;

/** One BullMQ queue per subscriber, so that no subscriber's alarms stand behind another's. */
export function createRetries({ redis, onAlarm, onError }: RetriesOptions): Retries {
  const queues = new Map<string, Queue<Alarm>>();
  const workers = new Map<string, Worker<Alarm>>();
  const easing = new Set<Promise<void>>();
  let closed = false;
  const hearing = connectToHear(redis);
  hearing.on('error', onError);

  function queueOf(subscriber: string): Queue<Alarm> {
    let queue = queues.get(subscriber);
    if (queue === undefined) {
      queue = new Queue<Alarm>(queueName(subscriber), {
        connection: redis,
        prefix,
        skipVersionCheck: true,
        skipMetasUpdate: true,
        streams: { events: { maxLen: mostEventsKept } },
        defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true, stackTraceLimit: 0 },
      });
      queue.on('error', onError);
      queues.set(subscriber, queue);
    }
    return queue;
  }

  async function renew(subscriber: string, alarm: Alarm): Promise<void> {
    await queueOf(subscriber).remove(alarmId(alarm));
    await wake(subscriber, alarm, 0);
  }

  async function remind(subscriber: string, alarm: Alarm): Promise<void> {
    const state = await queueOf(subscriber).getJobState(alarmId(alarm));
    if (state === 'unknown') await renew(subscriber, alarm);
  }

  function listen(subscriber: string, concurrency: number): void {
    if (closed) return;
    const running = workers.get(subscriber);
    if (running !== undefined) {
      if (running.concurrency !== concurrency) running.concurrency = concurrency;
      return;
    }
    const worker = new Worker<Alarm>(queueName(subscriber), (job: Job<Alarm>) => onAlarm(subscriber, job.data), {
      connection: hearing, // with the version check: it finds out that Redis can wait for less than a second
      prefix,
      concurrency,
      maxStalledCount,
      lockDuration: lockMs,
      stalledInterval: stalledIntervalMs,
      runRetryDelay: askAgainMs,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    worker.on('error', onError);
    workers.set(subscriber, worker);
  }

  function ease(subscriber: string): void {
    const worker = workers.get(subscriber);
    if (worker === undefined) return;
    workers.delete(subscriber);
    const closed = worker.close().catch(onError);
    easing.add(closed);
    void closed.finally(() => easing.delete(closed));
  }

  async function wake(subscriber: string, alarm: Alarm, delayMs: number): Promise<void> {
    await queueOf(subscriber).add('wake', alarm, { jobId: alarmId(alarm), delay: Math.max(0, Math.round(delayMs)) });
  }

  async function* alarms(subscriber: string): AsyncGenerator<Alarm> {
    for (const state of states) {
      for (let from = 0; ; from += alarmsAtOnce) {
        const ids = await queueOf(subscriber).getRanges([state], from, from + alarmsAtOnce - 1, true);
        yield* ids.map(alarmOf);
        if (ids.length < alarmsAtOnce) break;
      }
    }
  }

  return {
    wake,
    alarms,
    renew,
    remind,
    listen,
    ease,
    listening: () => [...workers.keys()],
    async forget(subscriber) {
      await queueOf(subscriber).obliterate({ force: true, count: alarmsAtOnce });
    },
    async close() {
      closed = true;
      for (const subscriber of workers.keys()) ease(subscriber);
      await Promise.all(easing);
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      queues.clear();
      hearing.disconnect();
    },
  };
}

/** The braces are a hash tag: a cluster keeps the keys of one subscriber's queue together, and spreads the queues over its nodes. */
function queueName(subscriber: string): string {
  return `{${subscriber}}`;
}

/** Which alarm it is, among those of its subscriber. BullMQ takes no `:` in an id, and ignores the id of a job it still has. */
export function alarmId({ endpoint, entry, generation }: Alarm): string {
  return `${endpoint}/${entry}/${generation}`;
}

function alarmOf(id: string): Alarm {
  const [endpoint = '', entry = '', generation = ''] = id.split('/');
  return { endpoint, entry: entry as EntryId, generation: Number(generation) };
}
