import { naming } from './broken-log.ts';

/** The subscriber has no cursor in the endpoint's log: no relay that runs knows that it receives it. */
export class NoCursorError extends Error {
  readonly code = 'NO_CURSOR';

  constructor(endpoint: string, subscriber: string) {
    super(`${subscriber} has no cursor in the log of ${endpoint}`);
  }
}

/** Names what a script for one cursor refused: the cursor that is missing, or the endpoint whose keys are broken. */
export async function ofCursor<T>(endpoint: string, subscriber: string, asking: Promise<T>): Promise<T> {
  const named = asking.catch((error: unknown) => {
    throw String(error).includes('NOCURSOR') ? new NoCursorError(endpoint, subscriber) : error;
  });
  return naming(endpoint, named);
}
