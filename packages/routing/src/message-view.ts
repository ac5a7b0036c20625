import type { Decoded, KeptMessage } from '@relay/core';
import { parseContent } from './parse-content.ts';

/** What rules look at. */
export type JudgedMessage = Pick<
  KeptMessage,
  'endpoint' | 'account' | 'service' | 'type' | 'status' | 'correlationId' | 'headers' | 'contentType' | 'body'
>;

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

export interface ViewDeps {
  /** A kept body as the source of its endpoint reads it. */
  readonly decode: (message: Pick<KeptMessage, 'endpoint' | 'body' | 'contentType'>) => Decoded;
  /** A rule asked for a body that nobody can look into; once for each view of it. */
  readonly onUnreadable?: () => void;
}

/**
 * What was read of the body lives as long as the view: kept with the message, the body of every delivery on its way would be in
 * memory several times.
 */
export function viewOf(message: JudgedMessage, { decode, onUnreadable }: ViewDeps): MessageView {
  let looked: { readonly look: BodyLook | undefined } | undefined;
  return {
    message,
    look() {
      if (looked === undefined) {
        looked = { look: lookInto(decode(message)) };
        if (looked.look === undefined) onUnreadable?.();
      }
      return looked.look;
    },
  };
}

function lookInto({ devices, content, opaque }: Decoded): BodyLook | undefined {
  const parsed = opaque ? undefined : parseContent(content);
  return parsed && { devices: devices.map(({ id }) => id), content: parsed.value };
}
