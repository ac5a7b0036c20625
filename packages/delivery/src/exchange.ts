import type { Socket } from 'node:net';
import type { Request, Response } from 'got';

/** An answer's body says nothing that the relay uses; what is read of it only keeps the connection reusable. */
export const maxAnswerBytes = 16 * 1024;

/**
 * What a request came to: a status, or why there is none. `stale` tells that a kept-alive connection broke before any byte of
 * an answer: the server had closed it in the meantime, and nothing is known against the server.
 */
export type Exchange =
  | { readonly status: number; readonly retryAfter: string | undefined }
  | { readonly code: string; readonly stale: boolean };

/**
 * Sees a request through. Ends when the answer has ended, has sent enough, has broken, or the time is over; a status that
 * was seen until then stands. Never rejects, and leaves no open request.
 */
export function exchange(request: Request, timeoutMs: number): Promise<Exchange> {
  return new Promise((resolve) => {
    let status: Exchange | undefined;
    let socket: Socket | undefined;
    let bytesBefore = 0;
    let bytesRead = 0;

    // What came before may have taken all the time there was.
    const timer = setTimeout(() => end({ code: 'ETIMEDOUT', stale: false }), Math.max(0, timeoutMs));
    function end(otherwise: Exchange): void {
      clearTimeout(timer);
      resolve(status ?? otherwise);
      request.destroy();
    }

    request.once('socket', (taken: Socket) => {
      socket = taken;
      bytesBefore = taken.bytesRead;
    });
    request.once('response', ({ statusCode, headers }: Response) => {
      status = { status: statusCode, retryAfter: headers['retry-after'] };
    });
    // Nobody asked for another protocol, and Node hands the connection over and forgets it.
    request.once('upgrade', ({ statusCode }: Response, switched: Socket) => {
      switched.destroy();
      end({ status: statusCode, retryAfter: undefined });
    });
    request.on('data', (chunk: Buffer) => {
      bytesRead += chunk.length;
      if (bytesRead > maxAnswerBytes) end(unexpected);
    });
    request.once('end', () => end(unexpected));
    // It stays: a request may fail again while it is being destroyed.
    request.on('error', ({ code = 'ERR_UNKNOWN' }: NodeJS.ErrnoException) => {
      const stale = code === 'ECONNRESET' && request.reusedSocket === true && socket?.bytesRead === bytesBefore;
      end({ code, stale });
    });
  });
}

/** There is no body without a status. */
const unexpected: Exchange = { code: 'ERR_NO_STATUS', stale: false };
