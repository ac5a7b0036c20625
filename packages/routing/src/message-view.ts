import type { Decoded, KeptMessage } from '@relay/core';
import { parseContent } from './parse-content.ts';

/** What rules look at. */
export type JudgedMessage = Pick<
  KeptMessage,
  'endpoint' | 'account' | 'service' | 'type' | 'status' | 'correlationId' | 'headers' | 'contentType' | 'body'
> &
  Partial<Pick<KeptMessage, 'id'>>;

/** A message as rules see it. */
export interface MessageView {
  readonly message: JudgedMessage;
  /** What is in its body, read when a rule first asks for it; undefined when nobody can look into it. */
  look(): BodyLook | undefined;
}

export interface BodyLook {
  readonly devices: readonly string[];
  /** As `parseContent` has it. */
  readonly content: unknown;
}

/** A kept body as the source of its endpoint reads it. */
export type Decode = (message: Pick<KeptMessage, 'endpoint' | 'body' | 'contentType'>) => Decoded;

/** Undefined for a body that nobody can look into. */
export type LookInto = (message: JudgedMessage) => BodyLook | undefined;

export function viewOf(message: JudgedMessage, { decode }: { readonly decode: Decode }): MessageView {
  return viewBy(createLookInto(decode), message);
}

export function viewBy(lookInto: LookInto, message: JudgedMessage, onUnreadable?: () => void): MessageView {
  let looked: { readonly look: BodyLook | undefined } | undefined;
  return {
    message,
    look() {
      if (looked === undefined) {
        looked = { look: lookInto(message) };
        if (looked.look === undefined) onUnreadable?.();
      }
      return looked.look;
    },
  };
}

export function createLookInto(decode: Decode): LookInto {
  return (message) => {
    const { devices, content, opaque } = decode(message);
    const parsed = opaque ? undefined : parseContent(content);
    return parsed && { devices: devices.map(({ id }) => id), content: parsed.value };
  };
}
