import type { Condition, Scalar, Subject, Where } from '@relay/core';
import * as z from 'zod';
import { block, text, wants } from './declare.ts';

/** What is asked of one thing of a message, before it is known of which. */
export type WrittenCondition =
  | { readonly condition: Condition }
  | { readonly not: WrittenCondition }
  | { readonly all: readonly WrittenCondition[] };

/** A condition on what is text in every message. A number would have lost what YAML does not keep of it: zeros, digits. */
export function declareTextCondition() {
  return declareCondition('condition', z.string(), z.string());
}

/** A condition on a value of a body in JSON. */
export function declareBodyCondition() {
  const number = z.number().refine((value) => !Number.isInteger(value) || Number.isSafeInteger(value), {
    error: wants('is a number that loses digits on the way: put quotes around it'),
  });
  const scalar = z.union([z.string(), number, z.boolean()], { error: wants('must be text, a number, true or false') });
  return declareCondition(
    'conditionOnBody',
    scalar,
    z.union([scalar, z.null()], { error: 'must be text, a number, true, false or null' }),
  );
}

type Declared = z.ZodType<WrittenCondition>;

/** `element` is what may stand in a list. */
function declareCondition(id: string, scalar: z.ZodType<Scalar>, element: z.ZodType<Scalar>): Declared {
  const condition: Declared = z
    .union(
      [
        scalar.transform((only): WrittenCondition => ({ condition: { anyOf: [only] } })),
        z
          .array(element)
          .min(1, { error: wants('must not be an empty list: nothing would be wanted') })
          .transform((anyOf): WrittenCondition => ({ condition: { anyOf } })),
        declareTests(z.lazy(() => condition)),
      ],
      { error: wants('must be a value in quotes, a list of such values, or a block such as {prefix: …} or {not: …}') },
    )
    .meta({ id });
  return condition;
}

function declareTests(condition: Declared) {
  const number = () => z.number({ error: wants('must be a number') });
  return block({
    prefix: text().exactOptional().describe('Begins with this text.'),
    suffix: text().exactOptional().describe('Ends with this text.'),
    exists: z.boolean().exactOptional().describe('Whether it is there at all.'),
    above: number().exactOptional().describe('Is a number, and greater than this one.'),
    atLeast: number().exactOptional().describe('Is a number, and not less than this one.'),
    below: number().exactOptional().describe('Is a number, and less than this one.'),
    atMost: number().exactOptional().describe('Is a number, and not greater than this one.'),
    not: condition.exactOptional().describe('A value, a list or a block of which the contrary is wanted.'),
  })
    .superRefine((tests, context) => {
      // An unknown key was meant to say something.
      if (context.issues.length > 0) return;
      for (const [message, ...path] of testFaults(tests)) context.addIssue({ code: 'custom', message, path });
    })
    .transform(({ prefix, suffix, exists, not, ...range }): WrittenCondition => {
      const tests: readonly WrittenCondition[] = [
        ...(exists === undefined ? [] : [{ condition: { exists } }]),
        ...(prefix === undefined ? [] : [{ condition: { prefix } }]),
        ...(suffix === undefined ? [] : [{ condition: { suffix } }]),
        ...(Object.keys(range).length === 0 ? [] : [{ condition: range }]),
        ...(not === undefined ? [] : [{ not }]),
      ];
      const [only] = tests;
      return only !== undefined && tests.length === 1 ? only : { all: tests };
    });
}

type Range = Extract<Condition, { above?: number }>;

function testFaults(tests: Range & { readonly exists?: boolean }): readonly [message: string, ...path: string[]][] {
  const { exists, above, atLeast, below, atMost } = tests;
  const keys = Object.keys(tests);
  if (keys.length === 0) return [['says nothing: give at least one of its keys']];
  if (exists === false && keys.length > 1) return [['is never true of what also has to have a value', 'exists']];
  if (above !== undefined && atLeast !== undefined) return [['stands beside above: write one of the two', 'atLeast']];
  if (below !== undefined && atMost !== undefined) return [['stands beside below: write one of the two', 'atMost']];
  const from = above ?? atLeast;
  const to = below ?? atMost;
  const upper = below === undefined ? 'atMost' : 'below';
  if (from === undefined || to === undefined) return [];
  const empty = above === undefined && below === undefined ? from > to : from >= to;
  return empty ? [[`can never be true beside ${above === undefined ? 'atLeast' : 'above'} ${from}`, upper]] : [];
}

/** The condition, asked of this. */
export function whereOf(subject: Subject, written: WrittenCondition): Where {
  if ('not' in written) return { not: whereOf(subject, written.not) };
  if ('all' in written) return { all: written.all.map((part) => whereOf(subject, part)) };
  return { subject, condition: written.condition };
}
