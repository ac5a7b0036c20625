import type { IncomingMessage, ServerResponse } from 'node:http';

/** So much of a body that nobody wants is read and thrown away, and for so long at most where the connection then ends. */
const maxRestBytes = 65_536;
const maxRestMs = 1_000;

/** Whether what a request has left to come may be thrown away, so that its connection stays open for the next one. */
export function hasLittleLeft({ complete, headers }: IncomingMessage): boolean {
  if (complete) return true;
  const announced = headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : undefined;
  return announced !== undefined && announced <= maxRestBytes;
}

/**
 * Ends a response that is written already, and the connection with it, not before the sender had time to read it: a
 * connection that is closed while bytes come in takes the answer along.
 */
export function endSoon(response: ServerResponse<IncomingMessage>): void {
  const { req: request } = response;
  let left = maxRestBytes;
  const end = () => {
    clearTimeout(limit);
    response.end();
  };
  const limit = setTimeout(end, maxRestMs);
  request.on('data', ({ length }: Buffer) => {
    left -= length;
    if (left < 0) end();
  });
  request.on('end', end).on('close', end);
}
