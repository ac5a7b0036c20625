import type { KeptMessage } from '@relay/core';

/** What JSON tells of a message, but for its body. Of headers that were kept only the names: there may be secrets in them. */
export function messageFacts<Message extends Partial<Pick<KeptMessage, 'headers'>>>({ headers, ...facts }: Message) {
  return { ...facts, ...(headers && { headers: Object.keys(headers) }) };
}
