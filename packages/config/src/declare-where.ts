import type { Where } from '@relay/core';
import * as z from 'zod';
import { block, wants } from './declare.ts';
import { declareBodyCondition, declareTextCondition, type WrittenCondition, whereOf } from './declare-condition.ts';
import { checkHeadersOnce } from './declare-headers.ts';
import { headerNameRule, isHeaderName } from './header.ts';
import { isPointer, pointerRule } from './pointer.ts';

const facts = ['account', 'service', 'type', 'status', 'correlationId'] as const;

/** `where`: which messages are wanted. All that one block says has to hold. */
export function declareWhere(): z.ZodType<Where> {
  const condition = declareTextCondition();
  const inner: z.ZodType<Where> = z.lazy(() => where);
  const several = () => z.array(inner).min(1, { error: wants('must not be an empty list') });
  const where: z.ZodType<Where> = block({
    account: condition.exactOptional().describe('The vendor’s account.'),
    service: condition.exactOptional().describe('The vendor’s service.'),
    type: condition.exactOptional().describe('What kind of callback it is, in the vendor’s word.'),
    status: condition.exactOptional().describe('The status that it tells, in the vendor’s word.'),
    correlationId: condition.exactOptional().describe('What ties it to a request or another callback.'),
    device: condition.superRefine(checkDevice).exactOptional().describe('Any of its devices, by its id.'),
    headers: z
      .record(askedHeaderName(), condition)
      .superRefine(checkHeadersOnce)
      .superRefine(checkNotEmpty)
      .exactOptional()
      .describe('Headers of the vendor’s request by name, each with what is asked of it.'),
    body: z
      .record(z.string().refine(isPointer, { error: pointerRule }), declareBodyCondition())
      .superRefine(checkNotEmpty)
      .exactOptional()
      .describe('Values in the body by JSON pointer (RFC 6901), each with what is asked of it.'),
    all: several().exactOptional().describe('Rules that all have to hold.'),
    any: several().exactOptional().describe('Rules of which one has to hold.'),
    not: inner.exactOptional().describe('A rule that must not hold.'),
  })
    .superRefine(checkNotEmpty)
    .transform(createWhere)
    .meta({ id: 'where' });
  return where;
}

interface Written extends Partial<Record<(typeof facts)[number] | 'device', WrittenCondition>> {
  readonly headers?: Readonly<Record<string, WrittenCondition>>;
  readonly body?: Readonly<Record<string, WrittenCondition>>;
  readonly all?: readonly Where[];
  readonly any?: readonly Where[];
  readonly not?: Where;
}

/** What costs most to look at comes last. */
function createWhere({ device, headers = {}, body = {}, all = [], any, not, ...asked }: Written): Where {
  const rules: readonly Where[] = [
    ...facts.flatMap((kind) => (asked[kind] === undefined ? [] : [whereOf({ kind }, asked[kind])])),
    ...Object.entries(headers).map(([name, condition]) =>
      whereOf({ kind: 'header', name: name.toLowerCase() }, condition),
    ),
    ...(device === undefined ? [] : [whereOf({ kind: 'device' }, device)]),
    ...Object.entries(body).map(([pointer, condition]) => whereOf({ kind: 'body', pointer }, condition)),
    ...all,
    ...(any === undefined ? [] : [{ any }]),
    ...(not === undefined ? [] : [{ not }]),
  ];
  const [only] = rules;
  return only !== undefined && rules.length === 1 ? only : { all: rules };
}

/** They carry secrets, which are not kept. */
const secretHeaders = ['authorization', 'cookie', 'proxy-authorization'];

function askedHeaderName() {
  return z.string().superRefine((name, context) => {
    if (!isHeaderName(name)) context.addIssue({ code: 'custom', message: headerNameRule });
    else if (secretHeaders.includes(name.toLowerCase()))
      context.addIssue({ code: 'custom', message: 'carries secrets, which are not kept: nothing can be asked of it' });
  });
}

function checkNotEmpty(written: object, context: z.core.$RefinementCtx): void {
  // An unknown key was meant to say something.
  if (Object.keys(written).length > 0 || context.issues.length > 0) return;
  context.addIssue({ code: 'custom', message: 'says nothing: give at least one of its keys, or leave it out' });
}

/** A message has several: one may begin so, and another end so. */
function checkDevice(written: WrittenCondition, context: z.core.$RefinementCtx): void {
  if (!('all' in written)) return;
  const message = 'must say one thing, since each might hold of another device; use all: […] if that is meant';
  context.addIssue({ code: 'custom', message });
}
