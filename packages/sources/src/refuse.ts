import type { Refusal, RefusalCode } from '@relay/core';

/** A reading that is none. The detail says what to do and quotes nothing of the request. */
export function refuse(code: RefusalCode, detail: string): { readonly refusal: Refusal } {
  return { refusal: { code, detail } };
}

export const nameTwice = 'The body has a name twice, so that readers disagree about what it says';
