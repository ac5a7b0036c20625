export const pointerRule = 'must be a JSON pointer such as /data/object/id; ~0 stands for ~ and ~1 for /';

/** Whether a text is a JSON pointer (RFC 6901): empty, or beginning with a slash. */
export function isPointer(written: string): boolean {
  return /^(?:\/(?:[^~/]|~[01])*)*$/.test(written);
}
