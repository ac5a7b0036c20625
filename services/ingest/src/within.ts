/** What the work comes to, or a rejection when it takes longer than `limitMs`; the work itself goes on. */
export function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const alarm = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
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
