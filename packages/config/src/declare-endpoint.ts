import { type SourceName, sourceNames } from '@relay/core';
import * as z from 'zod';
import { addressRange, block, duration, listOrOne, notYet, text, wants } from './declare.ts';
import { type ReadSecret, secretText } from './secret.ts';

const supported = ['thingspace'] as const satisfies readonly SourceName[];

export type DeclaredEndpoint = z.output<ReturnType<typeof declareEndpoint>>;

/** One item of `endpoints`: an endpoint, or a template that stands for several. */
export function declareEndpoint(readSecret: ReadSecret) {
  return block({
    name: text().describe(
      'What the endpoint is called in commands, metrics and message ids. {account} and {service} stand for the values beside it; with lists, one endpoint for every combination.',
    ),
    source: z
      .enum(supported, { error: (issue) => sourceFault(issue.input) })
      .describe('The vendor’s dialect: how it authenticates, names and expects to be answered.'),
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
    verify: block({
      credentials: z
        .array(
          block({
            username: text().describe('The username registered with the vendor.'),
            password: secretText(readSecret).describe(
              'The password registered with the vendor, or file: and the path of a file that holds it.',
            ),
          }),
        )
        .min(1, { error: wants('must not be an empty list: it would let everyone in') })
        .optional()
        .describe(
          'Username and password that the vendor echoes in each callback. Any pair passes, so list the old one too while a new one takes effect.',
        ),
      allow: z
        .array(addressRange())
        .min(1, { error: wants('must not be an empty list: leave it out to allow every address') })
        .optional()
        .describe('Addresses and ranges that callbacks may come from; without it, any.'),
      salt: notYet('Voximplant’s callback salt.'),
      accountId: notYet('Voximplant’s account id.'),
      apiKey: notYet('Voximplant’s API key.'),
    })
      .refine(({ credentials, allow }) => credentials !== undefined || allow !== undefined, {
        error: 'says nothing, so nothing would be verified: give credentials, allow or both, or leave it out',
      })
      .optional()
      .describe('How a genuine callback is told from a forged one. Without it every callback is taken.'),
    dedup: duration({ min: '1s', max: '30d' })
      .prefault('1h')
      .describe('How long a vendor’s resend is recognised as one.'),
    answer: notYet('How a SOAP vendor is answered.'),
    batch: notYet('Whether a request that carries several callbacks is kept as one message.'),
  });
}

function fromUsername() {
  return block({
    from: z
      .literal('username', { error: wants('must be username') })
      .describe('`username`: what the vendor echoes as username in each callback.'),
  });
}

function sourceFault(input: unknown): string | undefined {
  if (input === undefined || input === null) return undefined;
  const known = sourceNames.find((name) => name === input);
  return known === undefined ? `must be one of ${supported.join(', ')}` : `the source ${known} is not supported yet`;
}
