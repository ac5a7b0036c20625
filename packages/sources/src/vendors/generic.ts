import type { CreateSource } from '@relay/core';
import { decodedWith } from '../content.ts';
import { digestOf, type Origin } from '../digest.ts';
import { factsFrom } from '../facts.ts';
import { headerText } from '../header-bytes.ts';
import { createNaming, type Names } from '../naming.ts';
import { queryWithout } from '../request-target.ts';
import { resendWindowMs } from '../resend-window.ts';

/**
 * Any vendor with one URL. Nothing is known of the body, which may be anything and of any content type: what the gate
 * has let pass is one message, and `naming` says where it tells what it is called.
 */
export const createGeneric: CreateSource = ({ account: givenAccount, service, verify, naming = {} }) => {
  const namesOf = createNaming(naming);
  const account = typeof givenAccount === 'string' ? givenAccount : undefined;

  return {
    read(received) {
      const { body, headers, at, target } = received;
      const names = namesOf(received);
      const { type, correlationId } = names;
      const message = {
        body,
        contentType: headerText(headers, 'content-type'),
        receivedAt: at,
        digest: digestWith(['generic', account, service], names, queryWithout(target, verify.query?.name), body),
        vendorAttempt: undefined,
        ...(naming.dedupKey !== undefined &&
          names.dedupKey === undefined && { resendWithinMs: resendWindowMs.unnamed }),
        facts: factsFrom({ account, service, type, correlationId, status: undefined, devices: [] }),
      };
      return { messages: [message] };
    },
    answer: { status: 200, body: '' },
    decode: (body, contentType) => decodedWith([], body, contentType),
    redact: (body) => body,
  };
};

/** Type and query count beside the body, for what a callback says may stand in a header or in the URL alone. */
function digestWith(origin: Origin, { dedupKey, type }: Names, query: string, body: Buffer): Buffer {
  return dedupKey === undefined
    ? digestOf([...origin, 'body', type, query], body)
    : digestOf([...origin, 'key', ...dedupKey], Buffer.alloc(0));
}
