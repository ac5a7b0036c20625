/** Bodies that requests under way may hold together in this process: connections cost nothing to open, memory does. */
const roomBytes = 256 * 1024 * 1024;

/** Gives room for a body before it is read, so that many senders at once cannot take all memory. */
export interface BodyRoom {
  /** Answers what gives it back, to be called once; undefined when there is not as much left. */
  take(bytes: number): (() => void) | undefined;
}

export function createBodyRoom(): BodyRoom {
  let left = roomBytes;
  return {
    take(bytes) {
      if (bytes > left) return undefined;
      left -= bytes;
      return () => {
        left += bytes;
      };
    },
  };
}
