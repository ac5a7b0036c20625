import { randomFillSync } from 'node:crypto';

const tokenBytes = 6;
const pool = Buffer.alloc(512 * tokenBytes);
let at = pool.length;

/** Eight random characters that tell a repetition of ours from another callback. Drawn in bulk: each draw is a system call. */
export function createToken(): string {
  if (at === pool.length) {
    randomFillSync(pool);
    at = 0;
  }
  at += tokenBytes;
  return pool.toString('base64url', at - tokenBytes, at);
}
