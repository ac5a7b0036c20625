import { exitCodeFor } from './exit-code.ts';
import { exitCodes } from './failure.ts';
import { tellLostOutput } from './lost-output.ts';
import { createProgram } from './program.ts';

/** A Ctrl-C can reach us twice at once, from the terminal and through the launcher: only one later on means impatience. */
const impatientAfterMs = 1_000;

const stopping = new AbortController();
let stoppedAt: number | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
// The launcher was killed. Listening must not keep us alive.
process.once('disconnect', stop);
process.channel?.unref();
tellLostOutput(process.stdout);

try {
  const place = { folder: process.cwd(), environment: process.env };
  await createProgram({ place, stopping: stopping.signal }).parseAsync();
} catch (error) {
  const code = exitCodeFor(error);
  // Help that could not be printed has failed already.
  if (code !== exitCodes.fine) process.exitCode = code;
}

function stop(): void {
  stoppedAt ??= performance.now();
  stopping.abort();
  // What still runs is ended by the guard.
  if (performance.now() - stoppedAt > impatientAfterMs) process.exit(exitCodes.failed);
}
