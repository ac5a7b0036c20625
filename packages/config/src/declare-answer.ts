import type { Answer } from '@relay/core';
import * as z from 'zod';
import { block, wants } from './declare.ts';
import { isHeaderText } from './header.ts';

/** `answer` of an endpoint, where a source leaves one a choice. */
export function declareAnswer() {
  return z.union([z.enum(['envelope', 'empty']).transform(wordAnswer), declareOwnAnswer()], {
    error: wants('must be envelope, empty or {status, contentType, body}'),
  });
}

/** The envelope is what the source answers without being asked. */
function wordAnswer(word: 'envelope' | 'empty'): Answer | undefined {
  return word === 'empty' ? { status: 200, body: '' } : undefined;
}

const bodiless = [204, 205];

function declareOwnAnswer() {
  const error = wants('must be a number from 200 to 299, since everything else refuses a callback');
  return block({
    status: z.int({ error }).min(200, { error }).max(299, { error }).default(200).describe('From 200 to 299.'),
    contentType: z
      .string()
      .refine((written) => written !== '' && isHeaderText(written), {
        error: wants('must be a content type such as text/xml'),
      })
      .exactOptional()
      .describe('The content type of the answer’s body.'),
    body: z.string().default('').describe('The answer’s body.'),
  })
    .refine(({ status, body }) => body === '' || !bodiless.includes(status), {
      error: wants('must be left out, since an answer with this status has no body'),
      path: ['body'],
    })
    .transform((answer): Answer => answer);
}
