import type { Condition, Scalar, Subject, Where } from '@relay/core';
import { createJudge } from './compile-where.ts';
import type { MessageView } from './message-view.ts';

/**
 * What is in the way of a rule that is to hold and does not, or, with `wanted: false`, is not to hold and does: in the words of
 * the configuration. Nothing of a body or a header is quoted.
 */
export function whyNot(where: Where, view: MessageView, wanted = true): string {
  if ('not' in where) return whyNot(where.not, view, !wanted);
  if ('subject' in where) return ofLeaf(where.subject, where.condition, view, wanted);
  const rules = 'all' in where ? where.all : where.any;
  const obstacles = rules.filter((rule) => createJudge(rule)(view) !== wanted);
  // Of what has to be so together the first obstacle tells enough; of what could each be so, only all of them do.
  const haveToTogether = 'all' in where === wanted;
  const reasons = obstacles.slice(0, haveToTogether ? 1 : undefined).map((rule) => whyNot(rule, view, wanted));
  return reasons.length === 1 ? reasons.join() : reasons.map((reason) => `(${reason})`).join(' and ');
}

function ofLeaf(subject: Subject, condition: Condition, view: MessageView, wanted: boolean): string {
  return `${placeOf(subject)} ${foundAt(subject, view)}, wanted ${describe(condition, wanted)}`;
}

function placeOf(subject: Subject): string {
  switch (subject.kind) {
    case 'header':
      return `where.headers.${subject.name}`;
    case 'body':
      return `where.body[${JSON.stringify(subject.pointer)}]`;
    case 'device':
    case 'account':
    case 'service':
    case 'type':
    case 'status':
    case 'correlationId':
      return `where.${subject.kind}`;
  }
}

function foundAt(subject: Subject, view: MessageView): string {
  const exists = createJudge({ subject, condition: { exists: true } })(view);
  if (exists === undefined) return 'cannot be judged (nobody can look into the body)';
  if (!exists) return 'is missing';
  switch (subject.kind) {
    case 'header':
    case 'body':
      return 'is there (not shown)';
    case 'device':
      return `is there (${view.look()?.devices.length}, not shown)`;
    case 'account':
    case 'service':
    case 'type':
    case 'status':
    case 'correlationId':
      return `is ${JSON.stringify(view.message[subject.kind])}`;
  }
}

function describe(condition: Condition, wanted: boolean): string {
  if ('exists' in condition) return condition.exists === wanted ? 'any' : 'none';
  const described = describeValues(condition);
  return wanted ? described : `anything but ${described}`;
}

function describeValues(condition: Exclude<Condition, { readonly exists: boolean }>): string {
  if ('anyOf' in condition) return describeAnyOf(condition.anyOf);
  if ('prefix' in condition) return `one that begins with ${JSON.stringify(condition.prefix)}`;
  if ('suffix' in condition) return `one that ends with ${JSON.stringify(condition.suffix)}`;
  const { above, atLeast, below, atMost } = condition;
  const bounds = Object.entries({ above, 'at least': atLeast, below, 'at most': atMost });
  const stated = bounds.filter(([, bound]) => bound !== undefined).map(([name, bound]) => `${name} ${bound}`);
  return `a number ${stated.join(' and ')}`;
}

function describeAnyOf(scalars: readonly Scalar[]): string {
  const texts = scalars.map((scalar) => JSON.stringify(scalar));
  return texts.length === 1 ? texts.join() : `one of ${texts.join(', ')}`;
}
