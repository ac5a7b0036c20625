const shape = /^[A-Za-z\d][\w.-]{0,99}$/;

export const nameRule =
  'must be 1 to 100 letters, digits, dots, dashes or underscores, and begin with a letter or a digit';

/** Safe in a Redis hash tag, a metric label, a message id and a header, which names become part of. */
export function isName(written: string): boolean {
  return shape.test(written);
}
