import type { Command } from 'commander';
import { type CommandOptions, configOption, examples, jsonOption } from './command-frame.ts';
import { status } from './status.ts';

/** Gives `relay` its `status`. */
export function addStatus(program: Command, { place }: CommandOptions): Command {
  return program
    .command('status')
    .description('say where each subscriber stands, what the spool on this machine holds and how full Redis is')
    .option(...configOption)
    .option(...jsonOption)
    .addHelpText('after', examples('relay status', 'relay status --json'))
    .action((options) => status({ place, ...options }));
}
