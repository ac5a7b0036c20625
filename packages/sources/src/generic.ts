import type { CreateSource, Facts, Message } from '@relay/core';
import { contentOf } from './content.ts';
import { digestOf } from './digest.ts';
import { headerText } from './header-bytes.ts';
import { createNaming, type Names } from './naming.ts';

/**
 * Any vendor with one URL. Nothing is known of the body, which may be anything and of any content type: what the gate
 * has let pass is one message, and `naming` says where it tells what it is called.
 */
export const createGeneric: CreateSource = ({ account, service, naming = {} }) => {
  const namesOf = createNaming(naming);
  const origin: Pick<Facts, 'account' | 'service'> = {
    ...(typeof account === 'string' && { account }),
    ...(service !== undefined && { service }),
  };

  return {
    read(received) {
      const { body, headers, at } = received;
      const names = namesOf(received);
      const message: Message = {
        body,
        contentType: headerText(headers, 'content-type'),
        receivedAt: at,
        digest: digestWith(['generic', origin.account, origin.service], names, body),
        vendorAttempt: undefined,
        ...(naming.dedupKey !== undefined && names.dedupKey === undefined && { resendWithinMs }),
        facts: factsFrom(origin, names),
      };
      return { messages: [message] };
    },
    answer: { status: 200, body: '' },
    decode: (body, contentType) => ({ devices: [], content: contentOf(body, contentType) }),
    redact: (body) => body,
  };
};

/** Where a callback lacks the key that the window of its endpoint is meant for: its bytes alone may well come again. */
const resendWithinMs = 10 * 60 * 1000;

/** The type counts beside the body, for it may stand in a header alone. */
function digestWith(origin: readonly (string | undefined)[], { dedupKey, type }: Names, body: Buffer): Buffer {
  return dedupKey === undefined
    ? digestOf([...origin, 'body', type], body)
    : digestOf([...origin, 'key', ...dedupKey], Buffer.alloc(0));
}

function factsFrom(origin: Pick<Facts, 'account' | 'service'>, { correlationId, type }: Names): Facts {
  return {
    ...origin,
    ...(type !== undefined && { type }),
    ...(correlationId !== undefined && { correlationId }),
    devices: [],
  };
}
