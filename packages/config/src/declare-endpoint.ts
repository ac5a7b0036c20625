import { sourceNames } from '@relay/core';
import * as z from 'zod';
import { block, duration, listOrOne, oneOf, text, wants } from './declare.ts';
import { declareAnswer } from './declare-answer.ts';
import { declareNaming } from './declare-naming.ts';
import { declareVerify } from './declare-verify.ts';
import type { ReadSecret } from './secret.ts';

export type DeclaredEndpoint = z.output<ReturnType<typeof declareEndpoint>>;

/** One item of `endpoints`: an endpoint, or a template that stands for several. Which source has which key is in source-faults.ts. */
export function declareEndpoint(readSecret: ReadSecret) {
  return block({
    name: text().describe(
      'What the endpoint is called in commands, metrics and message ids. {account} and {service} stand for the values beside it; with lists, one endpoint for every combination.',
    ),
    source: oneOf(sourceNames).describe(
      'The vendor’s dialect: how it authenticates, names and expects to be answered. generic: any other vendor.',
    ),
    account: z
      .union([...listOrOne(text()), fromUsername()], {
        error: wants('must be text in quotes, a list of such texts, or {from: username}'),
      })
      .optional()
      .describe('The vendor’s account: one, a list for a template, or {from: username} to read it from each callback.'),
    service: z
      .union(listOrOne(text()), { error: wants('must be text in quotes, or a list of such texts') })
      .optional()
      .describe('The vendor’s service whose callbacks arrive here: one, or a list for a template.'),
    path: text().optional().describe('Where it listens. The default is `/` and the name.'),
    verify: declareVerify(readSecret)
      .exactOptional()
      .describe('How a genuine callback is told from a forged one. Without it every callback is taken.'),
    naming: declareNaming().exactOptional().describe('generic: where in a callback its names are found.'),
    batch: oneOf(['each', 'whole'])
      .exactOptional()
      .describe(
        'voximplant: whether a request with several callbacks becomes a message of `each`, the default, or is kept as a `whole`. With `whole`, the same ids in whatever order are a resend; one id more or less is another message.',
      ),
    answer: declareAnswer()
      .exactOptional()
      .describe(
        'What the vendor is answered. thingspace-soap: `envelope`, the default, or `empty`. generic: `empty`, the default, or {status, contentType, body}.',
      ),
    dedup: duration({ min: '1s', max: '30d' })
      .exactOptional()
      .describe(
        'How long a vendor’s resend is recognised as one. The default is 1h for thingspace and thingspace-soap, 24h for voximplant and for generic with naming.dedupKey, else 10m.',
      ),
  });
}

function fromUsername() {
  return block({
    from: z
      .literal('username', { error: wants('must be username') })
      .describe('`username`: what the vendor echoes as username in each callback.'),
  });
}
