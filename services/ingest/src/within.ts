/**
 * What the work comes to, or a rejection when it takes longer than `limitMs`; the work itself goes on. An answer that has arrived while
 * this process was busy is in time.
 */
export function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`no answer within ${limitMs} ms`));
    // Timers come before what has arrived in a turn of the event loop, and immediates behind it.
    const alarm = setTimeout(() => setImmediate(late), limitMs);
    work.then(
      (value) => {
        clearTimeout(alarm);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(alarm);
        reject(error);
      },
    );
  });
}
