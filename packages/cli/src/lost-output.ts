import { fstatSync, writeFileSync } from 'node:fs';
import { exitCodes } from './failure.ts';

type Output = Pick<NodeJS.WriteStream, 'on' | '_write'> & { readonly fd: number };

/**
 * Says once when what is printed gets lost, as on a full disk, and lets the command fail: half a list of dead letters looks like
 * all of it. A reader that has left, as `head` does, has what it wanted. Either way the command does what was asked of it.
 */
export function tellLostOutput(stdout: Output): void {
  let told = false;
  stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (told || code === 'EPIPE') return;
    told = true;
    process.exitCode = exitCodes.failed;
    console.error(`What was printed is not complete: ${code === 'ENOSPC' ? 'the disk is full' : message}.`);
  });
  // Node writes as much into a file as there is room for, and takes that for all.
  if (fstatSync(stdout.fd).isFile()) stdout._write = (chunk, _, done) => done(failureToWrite(stdout.fd, chunk));
}

function failureToWrite(file: number, chunk: Buffer): Error | null {
  try {
    writeFileSync(file, chunk);
    return null;
  } catch (error) {
    return error as Error;
  }
}
