import { exitCodes, Failure } from './failure.ts';

/** Fails when nothing can be within --since and --until, both in epoch ms. */
export function insistOnSpan({ since, until }: { readonly since?: number; readonly until?: number }): void {
  if (since !== undefined && until !== undefined && until <= since)
    throw new Failure('--until has to be later than --since.', exitCodes.wrongUse);
}
