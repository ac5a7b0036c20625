import type { Alarm } from '@relay/retries';

/** At most so many at once, and each at most so far ahead, in ms: tend finds the others when they are overdue. */
const mostAlarms = 10_000;
const mostAheadMs = 60 * 60 * 1000;

/** Alarms that Redis did not take, as when it is full. They ring in this process alone, and end with it. */
export interface OwnAlarms {
  /** Rings in so long (ms), once the delivery is open. */
  set(subscriber: string, alarm: Alarm, delayMs: number): void;
  /** Rings no more, nor takes any more; resolves when those that ring have come to their end. */
  close(): Promise<void>;
}

/** `onAlarm` must not reject. */
export function createOwnAlarms(onAlarm: (subscriber: string, alarm: Alarm) => Promise<void>): OwnAlarms {
  const timers = new Set<NodeJS.Timeout>();
  const ringing = new Set<Promise<void>>();
  let closed = false;

  function ring(subscriber: string, alarm: Alarm): void {
    const rings = onAlarm(subscriber, alarm);
    ringing.add(rings);
    void rings.finally(() => ringing.delete(rings));
  }

  return {
    set(subscriber, alarm, delayMs) {
      if (closed || timers.size >= mostAlarms || delayMs > mostAheadMs) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        ring(subscriber, alarm);
      }, delayMs);
      timers.add(timer);
    },
    async close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      await Promise.all(ringing);
    },
  };
}
