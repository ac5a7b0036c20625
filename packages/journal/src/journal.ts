import type { Copies, Delivery, EntryId, Ledger, LogPlan, Message, MessageId } from '@relay/core';
import { createApply, type Returned } from './apply.ts';
import { type BrokenLog, BrokenLogError, naming, troubleOfKeys } from './broken-log.ts';
import { type Claiming, claim, handBack, refresh } from './claim.ts';
import type { RedisConnection } from './connect.ts';
import { createCopies } from './copies.ts';
import { findMessages } from './find.ts';
import { holdsRequest } from './holds.ts';
import { createKeep, type Keeping } from './keep.ts';
import { endpointsKey, logKey } from './keys.ts';
import { type Leading, type Led, lead, stepDown, unsettled } from './lease.ts';
import { readLedger } from './ledger.ts';
import { createMemory, type Memory } from './memory.ts';
import { groupOf, nodeOf } from './nodes.ts';
import { type Overdue, openDelivery, overdue } from './open.ts';
import { createReachability } from './reachability.ts';
import { isMissingCursor, readUnread } from './read.ts';
import { loadScripts } from './scripts.ts';
import { createSettle, type Settle } from './settle.ts';
import { readStory, type Story } from './story.ts';

export interface JournalOptions {
  readonly redis: RedisConnection;
  /** Under which name this process reads; unlike any other's. */
  readonly consumer: string;
  /** How long settled messages, records and look-ups stay, in ms. */
  readonly retentionMs: () => number;
  /** What has to have a message before it counts as kept; without it, the Redis that took it. */
  readonly copies?: Copies;
  /** A node of a cluster does not do what it is asked, or does so again: then there is no error. Each is told once. */
  readonly onNode?: (node: string, error?: unknown) => void;
  /** A cursor comes back that had left the configurations in force. */
  readonly onReturned?: (returned: Returned) => void;
}

export interface Trimming {
  /** Memory is short: whatever no cursor needs any more goes, however young it is. */
  readonly pressed?: boolean;
}

/** What a trim did. */
export interface Trimmed {
  readonly trimmed: number;
  /** Bodies put aside for deliveries that are still open. */
  readonly putAside: number;
  readonly discarded: number;
  /** By how much the newest message lies in the future, in ms: the clock of Redis was stepped back. */
  readonly aheadMs: number;
  /** There is more to do; one call never holds Redis up for long. */
  readonly unfinished: boolean;
}

/**
 * The log of every endpoint: what is kept, how far each subscriber has come, and what is still to be done. All of its
 * truth is in Redis and changes in one script at a time; this object holds none of it.
 */
export interface Journal {
  /** Makes the missing logs and cursors, then keeps to these plans. Answers where that is not possible before a person looks after it. */
  apply(plans: readonly LogPlan[]): Promise<readonly BrokenLog[]>;
  /**
   * Keeps what one request brought, all of it or nothing, and answers in its order. Rejects with NotKeptError when Redis
   * did not take it, with BrokenLogError when only this endpoint's log did not; the same token makes a repetition harmless.
   */
  keep(endpoint: string, messages: readonly Message[], token: string): Promise<readonly Keeping[]>;
  /**
   * Whether a keep with this token took these messages within a minute after they were received, and one of them is still in
   * the log. Tells what the dedup window has forgotten.
   */
  holds(endpoint: string, messages: readonly Pick<Message, 'receivedAt'>[], token: string): Promise<boolean>;
  /** Whether a keep would reach Redis now: on a cluster, the node of this endpoint. */
  reachable(endpoint?: string): boolean;
  /** What is asked of the node of an endpoint: of a cluster's that is away, rejects with NodeAwayError at once, and holds nobody up. */
  ask<T>(endpoint: string, asking: () => Promise<T>): Promise<T>;
  /** Rejects unless Redis takes messages now, with the copies that are wanted; of a cluster, some node that has one of these endpoints. */
  prove(endpoints: readonly string[]): Promise<void>;
  /** At most `count` unread messages of each endpoint become pending deliveries of this process; none of one whose log is broken. */
  read(subscriber: string, endpoints: readonly string[], count: number): Promise<Delivery[]>;
  /** The same for a subscriber that wants its messages in order, of one endpoint, where no other process leads. */
  lead(endpoint: string, subscriber: string, leading: Leading): Promise<Led>;
  stepDown(endpoint: string, subscriber: string, serial: string): Promise<void>;
  /** Those of these deliveries that are pending or open still, with their messages. */
  unsettled(endpoint: string, subscriber: string, entries: readonly EntryId[]): Promise<Delivery[]>;
  settle: Settle;
  claim(endpoint: string, subscriber: string, claiming: Claiming): Promise<Delivery[]>;
  refresh(endpoint: string, subscriber: string, entries: readonly EntryId[]): Promise<void>;
  handBack(endpoint: string, subscriber: string, entries: readonly EntryId[]): Promise<void>;
  /** Deletes this process's consumer, or every consumer that was idle for so long (ms), where nothing is pending. */
  retire(endpoint: string, subscriber: string, whose: 'mine' | { readonly idleMs: number }): Promise<number>;
  open(endpoint: string, subscriber: string, entry: EntryId): Promise<Delivery | undefined>;
  overdue(endpoint: string, subscriber: string, beforeMs: number, count: number): Promise<Overdue[]>;
  /** Also while Redis is full. */
  trim(endpoint: string, subscribers: readonly string[], trimming?: Trimming): Promise<Trimmed>;
  ledger(endpoint: string): Promise<Ledger[]>;
  /** Every endpoint that has a log, also those that no configuration names any more. */
  endpoints(): Promise<string[]>;
  /** How full Redis is now. */
  memory(): Promise<Memory>;
  find(endpoint: string, value: string): Promise<MessageId[]>;
  story(id: string): Promise<Story | undefined>;
  /** Ends what runs by the clock; the connection stays its owner's. */
  close(): void;
}

export function createJournal(options: JournalOptions): Journal {
  const { redis, consumer, retentionMs, copies = { replicas: 0, fsync: false }, onNode = () => undefined } = options;
  const { onReturned } = options;
  const run = loadScripts(redis);
  const plans = createApply(redis, run, onReturned);
  const withCopies = createCopies({ redis, run, copies });
  const reachability = createReachability({ redis, prove: withCopies.prove, onNode });
  const { dedupMs, restore } = plans;
  const keep = createKeep({ redis, runKeep: withCopies.runKeep, reachability, retentionMs, dedupMs, restore });
  const { ask } = reachability;
  const groupFor = groupOf(redis);
  const settle = createSettle(run, retentionMs, groupFor);

  /** Of a cluster's nodes that are away nothing is read, and nobody waits for them. */
  async function read(subscriber: string, endpoints: readonly string[], count: number): Promise<Delivery[]> {
    const groups = [...Map.groupBy(endpoints, groupFor).values()];
    if (groupFor(endpoints[0] ?? '') === '') return readTogether(subscriber, endpoints, count);
    const tries = groups.map((group) => ask(group[0] ?? '', () => readTogether(subscriber, group, count)));
    return (await Promise.all(tries.map((reading) => reading.catch(() => [])))).flat();
  }

  async function readTogether(subscriber: string, endpoints: readonly string[], count: number): Promise<Delivery[]> {
    try {
      return await readUnread(redis, { consumer, subscriber, endpoints, count });
    } catch (error) {
      if (!isForRestoring(error, endpoints)) throw error;
    }
    const broken = (await plans.restore(endpoints)).map(({ endpoint }) => endpoint);
    const sound = endpoints.filter((endpoint) => !broken.includes(endpoint));
    return sound.length === 0 ? [] : readUnread(redis, { consumer, subscriber, endpoints: sound, count });
  }

  /** Of an endpoint whose keys are broken it rejects with BrokenLogError, once they could not be restored. */
  async function leadOne(endpoint: string, subscriber: string, leading: Leading): Promise<Led> {
    const owner = { endpoint, subscriber, consumer };
    try {
      return await lead(run, owner, leading);
    } catch (error) {
      if (!isForRestoring(error, [endpoint])) throw error;
    }
    const [broken] = await plans.restore([endpoint]);
    if (broken !== undefined) throw new BrokenLogError(broken);
    return naming(endpoint, lead(run, owner, leading));
  }

  function isForRestoring(error: unknown, endpoints: readonly string[]): boolean {
    return (isMissingCursor(error) || troubleOfKeys(error) !== undefined) && endpoints.every(plans.knows);
  }

  async function proveSome(endpoints: readonly string[]): Promise<void> {
    const [first = '', ...others] = endpoints;
    const oneEach = new Map([first, ...others].map((endpoint) => [nodeOf(redis, endpoint), endpoint]));
    const tries = await Promise.allSettled([...oneEach.values()].map(withCopies.prove));
    const failures = tries.flatMap((tried) => (tried.status === 'rejected' ? [tried.reason] : []));
    if (failures.length === tries.length) throw failures[0];
  }

  async function trim(
    endpoint: string,
    subscribers: readonly string[],
    { pressed = false }: Trimming = {},
  ): Promise<Trimmed> {
    const [trimmed = 0, putAside = 0, discarded = 0, aheadMs = 0, unfinished = 0] = (await naming(
      endpoint,
      ask(endpoint, () =>
        run('relayTrim', [logKey(endpoint)], [retentionMs(), pressed ? 'pressed' : '', ...subscribers]),
      ),
    )) as number[];
    return { trimmed, putAside, discarded, aheadMs, unfinished: unfinished === 1 };
  }

  return {
    apply: plans.apply,
    keep,
    holds: (endpoint, messages, token) => naming(endpoint, holdsRequest(run, endpoint, messages, token)),
    reachable: reachability.reachable,
    ask,
    prove: proveSome,
    read,
    lead: (endpoint, subscriber, leading) => ask(endpoint, () => leadOne(endpoint, subscriber, leading)),
    stepDown: (endpoint, subscriber, serial) =>
      ask(endpoint, () => stepDown(run, { endpoint, subscriber, consumer }, serial)),
    unsettled: (endpoint, subscriber, entries) =>
      naming(
        endpoint,
        ask(endpoint, () => unsettled(redis, endpoint, subscriber, entries)),
      ),
    settle: (settling) => ask(settling.endpoint, () => settle(settling)),
    claim: (endpoint, subscriber, claiming) =>
      ask(endpoint, () => claim(run, { endpoint, subscriber, consumer }, claiming)),
    refresh: (endpoint, subscriber, entries) =>
      ask(endpoint, () => refresh(redis, { endpoint, subscriber, consumer }, entries)),
    handBack: (endpoint, subscriber, entries) =>
      ask(endpoint, () => handBack(redis, { endpoint, subscriber, consumer }, entries)),
    retire: (endpoint, subscriber, whose) => {
      const values = whose === 'mine' ? [subscriber, consumer, 0] : [subscriber, '', whose.idleMs];
      return ask(endpoint, () => run('relayRetire', [logKey(endpoint)], values) as Promise<number>);
    },
    open: (endpoint, subscriber, entry) =>
      naming(
        endpoint,
        ask(endpoint, () => openDelivery(redis, endpoint, subscriber, entry)),
      ),
    overdue: (endpoint, subscriber, beforeMs, count) =>
      ask(endpoint, () => overdue(redis, endpoint, subscriber, beforeMs, count)),
    trim,
    endpoints: () => redis.smembers(endpointsKey),
    ledger: (endpoint) =>
      naming(
        endpoint,
        ask(endpoint, () => readLedger(run, endpoint)),
      ),
    memory: createMemory(redis),
    find: (endpoint, value) => findMessages(redis, endpoint, value),
    story: (id) => readStory(redis, id),
    close: reachability.close,
  };
}
