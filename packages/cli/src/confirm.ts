import { createInterface } from 'node:readline/promises';
import { exitCodes, Failure } from './failure.ts';

/** Asks on a terminal before something is thrown away. Elsewhere nobody could answer: there it takes --yes. */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  const { stdin: input, stderr: output } = process;
  if (!input.isTTY || !output.isTTY)
    throw new Failure('Nothing was discarded: this is no terminal to ask on, so say --yes.', exitCodes.wrongUse);
  const terminal = createInterface({ input, output });
  try {
    // Ctrl-C is an answer, too.
    const answer = await terminal.question(`${question} [y/N] `).catch(() => 'n');
    if (!/^y(es)?$/i.test(answer.trim())) throw new Failure('Nothing was discarded.');
  } finally {
    terminal.close();
  }
}
