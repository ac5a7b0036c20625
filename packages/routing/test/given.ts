import type { Condition, Decoded, Subject, Where } from '@relay/core';
import type { JudgedMessage, MessageView } from '../src/index.ts';
import { viewOf } from '../src/index.ts';

export function givenMessage(changes: Partial<JudgedMessage> = {}): JudgedMessage {
  return {
    endpoint: 'carrier',
    account: undefined,
    service: undefined,
    type: undefined,
    status: undefined,
    correlationId: undefined,
    contentType: 'application/json',
    body: Buffer.from('{}'),
    ...changes,
  };
}

/** As a source reads JSON whose `devices` are ids; any other body cannot be looked into. */
export function decode({ body }: Pick<JudgedMessage, 'body'>): Decoded {
  const content = body.toString();
  try {
    const { devices = [] } = JSON.parse(content) as { devices?: string[] };
    return { devices: devices.map((id) => ({ id, kind: 'iccid' })), content };
  } catch {
    return { devices: [], content: JSON.stringify(content), opaque: true };
  }
}

export function seen(changes: Partial<JudgedMessage> = {}): MessageView {
  return viewOf(givenMessage(changes), { decode });
}

export function seenBody(body: string): MessageView {
  return seen({ body: Buffer.from(body) });
}

export function rule(subject: Subject | Exclude<Subject['kind'], 'header' | 'body'>, condition: Condition): Where {
  return { subject: typeof subject === 'string' ? { kind: subject } : subject, condition };
}

export function bodyRule(pointer: string, condition: Condition): Where {
  return rule({ kind: 'body', pointer }, condition);
}

export function headerRule(name: string, condition: Condition): Where {
  return rule({ kind: 'header', name }, condition);
}
