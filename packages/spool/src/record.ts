import type { Message } from '@relay/core';

/** What one request brought. */
export interface SpoolRecord {
  readonly endpoint: string;
  readonly messages: readonly Message[];
  /** Tells our own repetition from another callback: the log takes a record with the same token for the same one. */
  readonly token: string;
}

interface Head {
  readonly endpoint: string;
  readonly token: string;
  readonly messages: readonly HeadMessage[];
}

/** Everything of a message but its body. */
interface HeadMessage extends Omit<Message, 'body' | 'digest' | 'contentType' | 'vendorAttempt'> {
  readonly contentType?: string;
  readonly vendorAttempt?: number;
  /** In base64. */
  readonly digest: string;
  readonly bodyBytes: number;
}

const lengthBytes = 4;

/** The length of the head (u32), the head as JSON, the bodies as they came. In parts, so that nobody copies the bodies. */
export function encodeRecord({ endpoint, token, messages }: SpoolRecord): Buffer[] {
  const headMessages = messages.map(({ body, digest, ...rest }) => ({
    ...rest,
    digest: digest.toString('base64'),
    bodyBytes: body.length,
  }));
  const head = Buffer.from(JSON.stringify({ endpoint, token, messages: headMessages }));
  const length = Buffer.allocUnsafe(lengthBytes);
  length.writeUInt32BE(head.length);
  return [length, head, ...messages.map(({ body }) => body)];
}

/** The bodies share the payload's memory. */
export function decodeRecord(payload: Buffer): SpoolRecord {
  let at = lengthBytes + payload.readUInt32BE();
  const { endpoint, token, messages }: Head = JSON.parse(payload.toString('utf8', lengthBytes, at));
  return {
    endpoint,
    token,
    messages: messages.map(({ digest, bodyBytes, ...rest }) => {
      const body = payload.subarray(at, at + bodyBytes);
      at += bodyBytes;
      return { contentType: undefined, vendorAttempt: undefined, ...rest, digest: Buffer.from(digest, 'base64'), body };
    }),
  };
}
