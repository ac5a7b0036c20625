import type { Logger } from 'pino';

/** A log for what may happen again and again. */
export interface DampedLog extends Record<Level, (facts: Facts, message: string) => void> {
  /** Says what was only counted so far, and from now on nothing more. */
  close(): void;
}

type Level = 'info' | 'warn' | 'error';
/** Lines of one message that differ in their `reason`, `endpoint` or `node` are different news. */
type Facts = Readonly<Record<string, unknown>>;

/** What is over, and how that is said: at once if its beginning was, and only counted if that was only counted. */
const beginnings: Readonly<Record<string, string>> = {
  'redis.reached': 'redis.away',
  'redis.node-reached': 'redis.node-away',
  'redis.roomy': 'redis.nearly-full',
  'spool.drained': 'spool.draining',
  'spool.mended': 'spool.trouble',
};
/** So long the same news is only counted after it was said once, and then said as it was last, with how often it was: `times`. */
const countForMs = 60_000;
/** Of one message; further ones are counted together. */
const mostNews = 4;

interface News {
  readonly message: string;
  counted: number;
  /** As they were last, with the level. */
  say: (times?: number) => void;
}

/**
 * A few lines a minute, however often something comes and goes: the first time is said at once, what comes again within a
 * minute is counted.
 */
export function createDampedLog(log: Pick<Logger, Level>): DampedLog {
  /** What was counted last comes last, so that the end of it all is also said last. */
  const news = new Map<string, News>();
  /** What was said, and its end was not. */
  const begun = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const at = (level: Level) => (facts: Facts, message: string) => {
    if (closed) return;
    const key = keyOf(message, facts);
    const known = news.get(key);
    const one = known ?? { message, counted: 0, say: () => {} };
    const beginning = about(beginnings[message], facts);
    one.say = (times) => {
      log[level](times === undefined ? facts : { ...facts, times }, message);
      begun.add(about(message, facts));
      begun.delete(beginning);
    };
    if (known === undefined || begun.has(beginning)) {
      one.say();
    } else {
      one.counted += 1;
      news.delete(key);
    }
    news.set(key, one);
    timer ??= setTimeout(endMinute, countForMs).unref();
  };

  function keyOf(message: string, { reason, endpoint, node }: Facts): string {
    const key = JSON.stringify([message, reason, endpoint, node]);
    const alike = [...news.values()].filter((one) => one.message === message);
    return news.has(key) || alike.length < mostNews ? key : message;
  }

  /** What is still going on is said once a minute from then on. */
  function endMinute(): void {
    timer = undefined;
    for (const [key, known] of news) {
      if (known.counted === 0) news.delete(key);
      else known.say(known.counted);
      known.counted = 0;
    }
    if (news.size > 0) timer = setTimeout(endMinute, countForMs).unref();
  }

  return {
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    close() {
      closed = true;
      clearTimeout(timer);
      for (const { counted, say } of news.values()) if (counted > 0) say(counted);
      news.clear();
    },
  };
}

/** What begins and ends together: for one node, or for all of it. */
function about(message: string | undefined, { node }: Facts): string {
  return JSON.stringify([message, node]);
}
