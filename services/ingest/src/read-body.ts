import type { IncomingMessage } from 'node:http';
import type { Refusal } from '@relay/core';
import type { BodyRoom } from './body-room.ts';

/** A body that is here whole, with what gives back its room, to be called once; or why it is not read to its end. */
export type BodyReading = { readonly body: Buffer; readonly giveBack: () => void } | { readonly refusal: Refusal };

export interface ReadBodyOptions {
  readonly maxBytes: number;
  readonly room: BodyRoom;
}

/** Reads a body as it is. Resolves with undefined when the sender hangs up before the end; it never rejects. */
export function readBody(request: IncomingMessage, options: ReadBodyOptions): Promise<BodyReading | undefined> {
  const { maxBytes, room } = options;
  const refusal = refusalOfHead(request, maxBytes);
  if (refusal !== undefined) return Promise.resolve({ refusal });
  return new Promise((resolve) => {
    let held: Buffer = nothing;
    let bytes = 0;
    const giveBack = () => room.giveBack(bytes);

    function take(piece: Buffer): void {
      if (bytes + piece.length > maxBytes) giveUp({ refusal: tooLarge(maxBytes) });
      else if (!room.take(piece.length)) giveUp({ refusal: noRoom });
      else {
        held = bytes === 0 ? piece : append(held, bytes, piece);
        bytes += piece.length;
      }
    }

    function giveUp(reading: { readonly refusal: Refusal } | undefined): void {
      stop();
      giveBack();
      resolve(reading);
    }

    function end(): void {
      stop();
      resolve({ body: held.subarray(0, bytes), giveBack });
    }

    /** Before the end, or this would have been taken off. */
    function hungUp(): void {
      giveUp(undefined);
    }

    function stop(): void {
      request.off('data', take).off('end', end).off('close', hungUp);
    }

    request.on('data', take).on('end', end).on('close', hungUp);
  });
}

const nothing = Buffer.alloc(0);
const noRoom: Refusal = { code: 'not-kept', detail: 'Too many bodies are being read at once' };

function refusalOfHead({ headers }: IncomingMessage, maxBytes: number): Refusal | undefined {
  const encoding = headers['content-encoding']?.toLowerCase() || 'identity';
  const transfer = headers['transfer-encoding']?.toLowerCase() || 'chunked';
  if (encoding !== 'identity' || transfer !== 'chunked')
    return { code: 'unsupported-encoding', detail: 'Send the body as it is, without any encoding but chunked' };
  return Number(headers['content-length'] ?? 0) > maxBytes ? tooLarge(maxBytes) : undefined;
}

function tooLarge(maxBytes: number): Refusal {
  return { code: 'too-large', detail: `ingest.maxBody is ${maxBytes} bytes` };
}

/**
 * Puts a piece behind the first `bytes` of what is held, in at most twice the memory: as a list of its pieces, a body that
 * comes byte by byte would hold a hundred times its size.
 */
function append(held: Buffer, bytes: number, piece: Buffer): Buffer {
  const needed = bytes + piece.length;
  let room = held;
  if (needed > held.length) {
    room = Buffer.allocUnsafe(Math.max(needed, 2 * bytes));
    held.copy(room, 0, 0, bytes);
  }
  piece.copy(room, bytes);
  return room;
}
