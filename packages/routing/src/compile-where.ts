import type { Subject, Where } from '@relay/core';
import { createTest, type Test } from './condition.ts';
import type { MessageView } from './message-view.ts';
import { createPointer } from './pointer.ts';

/**
 * Whether a rule holds; undefined when it asks for a body that nobody can look into. That stays undefined through `not`: what
 * cannot be judged is never wanted by accident.
 */
export type Judge = (view: MessageView) => boolean | undefined;

/** Whether a rule holds, certainly. */
export function compileWhere(where: Where): (view: MessageView) => boolean {
  const judge = createJudge(where);
  return (view) => judge(view) === true;
}

export function createJudge(where: Where): Judge {
  if ('all' in where) return createAll(where.all.map(createJudge));
  if ('any' in where) return createAny(where.any.map(createJudge));
  if ('not' in where) return createNot(createJudge(where.not));
  return createLeaf(where.subject, createTest(where.condition));
}

function createAll(judges: readonly Judge[]): Judge {
  return (view) => {
    let verdict: boolean | undefined = true;
    for (const judge of judges) {
      const held = judge(view);
      if (held === false) return false;
      if (held === undefined) verdict = undefined;
    }
    return verdict;
  };
}

function createAny(judges: readonly Judge[]): Judge {
  return (view) => {
    let verdict: boolean | undefined = false;
    for (const judge of judges) {
      const held = judge(view);
      if (held === true) return true;
      if (held === undefined) verdict = undefined;
    }
    return verdict;
  };
}

function createNot(judge: Judge): Judge {
  return (view) => {
    const held = judge(view);
    return held === undefined ? undefined : !held;
  };
}

function createLeaf(subject: Subject, test: Test): Judge {
  switch (subject.kind) {
    case 'device':
      return createDevices(test);
    case 'header':
      return ({ message }) => test(headerOf(message, subject.name));
    case 'body': {
      const valueIn = createPointer(subject.pointer);
      return (view) => {
        const look = view.look();
        return look && test(valueIn(look.content));
      };
    }
    case 'account':
    case 'service':
    case 'type':
    case 'status':
    case 'correlationId':
      return ({ message }) => test(message[subject.kind]);
  }
}

/** Any of them, so that under `not` it is none of them. */
function createDevices(test: Test): Judge {
  return (view) => {
    const look = view.look();
    if (look === undefined) return undefined;
    return look.devices.length === 0 ? test(undefined) : look.devices.some(test);
  };
}

function headerOf({ headers }: MessageView['message'], name: string): string | undefined {
  return headers !== undefined && Object.hasOwn(headers, name) ? headers[name] : undefined;
}
