import type { Attempts, EntryId, GiveUpReason, KeptMessage } from '@relay/core';
import { none } from '@relay/core';
import type { RedisConnection } from './connect.ts';
import { decodeMessage, fieldsOf, type RawEntry } from './entry.ts';
import { deadKey, logKey } from './keys.ts';
import { ofCursor } from './no-cursor.ts';
import { decodeRecord, giveUpReasonOf, replayRecord } from './record.ts';
import { loadScripts } from './scripts.ts';

export interface DeadLettersOptions {
  readonly redis: RedisConnection;
  /** How long records stay, in ms. */
  readonly retentionMs: number;
}

/** Which of a subscriber's dead letters it is: when it was given up, by the clock of Redis, and a number. */
export type LetterId = `${number}-${number}`;

/** A delivery that was given up. */
export interface DeadLetter {
  readonly letter: LetterId;
  readonly endpoint: string;
  readonly subscriber: string;
  readonly entry: EntryId;
  readonly message: Omit<KeptMessage, 'body'>;
  readonly bytes: number;
  readonly reason: GiveUpReason | undefined;
  readonly attempts: Attempts;
  /** Its message was gone when it was given up: it cannot be replayed. */
  readonly empty: boolean;
}

/** What has become of a letter that was to be replayed. */
export interface ReplayedLetter {
  readonly letter: LetterId;
  readonly entry: EntryId;
  /** It is open and due; the number of its replay. */
  readonly replay?: number;
  /** Its message comes anyway; it came without its message, and stays; somebody else took it. */
  readonly whyNot?: 'anyway' | 'empty' | 'gone';
}

export interface DeadLetters {
  /** At most `count` letters behind `after`, or from `sinceMs` on, that were given up before `untilMs` (epoch ms), without bodies; and behind which to go on. */
  list(endpoint: string, subscriber: string, page: LetterPage): Promise<LettersListed>;
  body(endpoint: string, subscriber: string, letter: LetterId): Promise<Buffer | undefined>;
  /** Opens the deliveries again. Rejects with NoCursorError where nobody would make them. Whoever calls sets their alarms. */
  replay(endpoint: string, subscriber: string, letters: readonly LetterId[]): Promise<readonly ReplayedLetter[]>;
  /** Throws the letters away: they count as discarded. Answers how many there were. */
  discard(endpoint: string, subscriber: string, letters: readonly LetterId[]): Promise<number>;
}

export interface LetterPage {
  readonly after?: LetterId;
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly count: number;
}

export interface LettersListed {
  readonly letters: readonly DeadLetter[];
  /** Undefined at the end. */
  readonly last: LetterId | undefined;
}

/** A letter as its script answers it. */
const fields = 7;

export function createDeadLetters({ redis, retentionMs }: DeadLettersOptions): DeadLetters {
  const run = loadScripts(redis);

  return {
    async list(endpoint, subscriber, { after, sinceMs = 0, untilMs, count }) {
      const from = after === undefined ? String(Math.ceil(sinceMs)) : `(${after}`;
      const to = untilMs === undefined ? '+' : `(${Math.ceil(untilMs)}-0`;
      const asking = run('relayDeadList', [logKey(endpoint)], [subscriber, from, to, count]);
      const [last, ...flat] = (await ofCursor(endpoint, subscriber, asking)) as (Buffer | number)[];
      const letters: DeadLetter[] = [];
      for (let i = 0; i + fields <= flat.length; i += fields)
        letters.push(decodeLetter(endpoint, subscriber, flat.slice(i, i + fields)));
      return { letters, last: (String(last) || undefined) as LetterId | undefined };
    },
    async body(endpoint, subscriber, letter) {
      const range = redis.callBuffer('XRANGE', deadKey(endpoint, subscriber), letter, letter);
      const [found] = (await ofCursor(endpoint, subscriber, range)) as RawEntry[];
      return found && fieldsOf(found[1] ?? []).b;
    },
    async replay(endpoint, subscriber, letters) {
      const now = Date.now();
      const values = [subscriber, replayRecord(now), now, retentionMs, ...letters];
      const asking = run('relayDeadReplay', [logKey(endpoint)], values);
      const answers = (await ofCursor(endpoint, subscriber, asking)) as (Buffer | number)[];
      return letters.map((letter, i): ReplayedLetter => {
        const entry = String(answers[2 * i]) as EntryId;
        const answer = answers[2 * i + 1];
        if (typeof answer === 'number') return { letter, entry, replay: answer };
        const whyNot = String(answer);
        return { letter, entry, whyNot: whyNot === 'gone' || whyNot === 'empty' ? whyNot : 'anyway' };
      });
    },
    async discard(endpoint, subscriber, letters) {
      const values = [subscriber, retentionMs, Date.now(), ...letters];
      return (await ofCursor(endpoint, subscriber, run('relayDeadDiscard', [logKey(endpoint)], values))) as number;
    },
  };
}

function decodeLetter(endpoint: string, subscriber: string, raw: readonly (Buffer | number)[]): DeadLetter {
  const [letter, entryText, m, n, reason, record, bytes] = raw;
  const entry = String(entryText) as EntryId;
  const metadata = { b: Buffer.alloc(0), m: Buffer.from(m as Buffer), n: Buffer.from(n as Buffer) };
  const { body: _, ...message } = decodeMessage(endpoint, entry, metadata);
  return {
    letter: String(letter) as LetterId,
    endpoint,
    subscriber,
    entry,
    message,
    bytes: Number(bytes),
    reason: giveUpReasonOf(String(reason)),
    attempts: decodeRecord(String(record))?.attempts ?? none,
    empty: String(n) === '0',
  };
}
