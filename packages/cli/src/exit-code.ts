import { CommanderError } from 'commander';
import { type ExitCode, exitCodes, Failure } from './failure.ts';

/** Says why a command failed, and with which code it ends. */
export function exitCodeFor(error: unknown): ExitCode {
  // Commander has said it already; its help and version are no failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.wrongUse;
  if (!(error instanceof Failure)) throw error;
  console.error(error.message);
  return error.exitCode;
}
