/** Gives room for what has arrived of bodies, so that many senders at once cannot take all memory. What is announced takes none. */
export interface BodyRoom {
  /** Whether as much was left; it is taken then, and to be given back. */
  take(bytes: number): boolean;
  giveBack(bytes: number): void;
}

/** With room for so many bytes. */
export function createBodyRoom(roomBytes: number): BodyRoom {
  let left = roomBytes;
  return {
    take(bytes) {
      if (bytes > left) return false;
      left -= bytes;
      return true;
    },
    giveBack(bytes) {
      left += bytes;
    },
  };
}
