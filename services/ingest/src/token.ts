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

/** No token has it of itself. */
const untriedSign = '.';

/** In the spool, the token of a request that Redis was never asked to keep. */
export function untried(token: string): string {
  return token + untriedSign;
}

/** Whether Redis may have kept the request with this token when it came in. */
export function wasTried(token: string): boolean {
  return !token.endsWith(untriedSign);
}

/** The token as Redis is told it, or as it stands in the spool once Redis was. */
export function tried(token: string): string {
  return wasTried(token) ? token : token.slice(0, -untriedSign.length);
}
