import type { Logger } from 'pino';

/** A log for what may happen again and again. */
export interface DampedLog extends Record<Level, (facts: Facts, message: string) => void> {
  /** Says what was only counted so far, and from now on nothing more. */
  close(): void;
}

type Level = 'info' | 'warn' | 'error';
/** Lines of one message that differ in their `reason` or `endpoint` are different news. */
type Facts = Readonly<Record<string, unknown>>;

/** So often in a row the same news is said at once: what is wrong once; what went well twice, since it also does at the start. */
const saidAtOnce: Readonly<Record<Level, number>> = { error: 1, warn: 1, info: 2 };
/** So long the same news is only counted after that, and then said as it was last, with how often it was: `times`. */
const countForMs = 60_000;
/** Of one message; further ones are counted together. */
const mostNews = 4;

interface News {
  readonly message: string;
  said: number;
  counted: number;
  /** As they were last, with the level. */
  say: (times: number) => void;
}

/**
 * A few lines a minute, however often something comes and goes: the first time is said at once, what comes again within a
 * minute is counted.
 */
export function createDampedLog(log: Pick<Logger, Level>): DampedLog {
  /** What was counted last comes last, so that the end of it all is also said last. */
  const news = new Map<string, News>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const at = (level: Level) => (facts: Facts, message: string) => {
    if (closed) return;
    const key = keyOf(message, facts);
    const known = news.get(key) ?? { message, said: 0, counted: 0, say: () => {} };
    known.say = (times) => log[level](times > 1 ? { ...facts, times } : facts, message);
    if (known.said < saidAtOnce[level]) {
      known.said += 1;
      known.say(1);
    } else {
      known.counted += 1;
      news.delete(key);
    }
    news.set(key, known);
    timer ??= setTimeout(endMinute, countForMs).unref();
  };

  function keyOf(message: string, { reason, endpoint }: Facts): string {
    const key = JSON.stringify([message, reason, endpoint]);
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
