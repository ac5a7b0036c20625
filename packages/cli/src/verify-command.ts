import type { Command } from 'commander';
import { type CommandOptions, configOption, examples, jsonOption } from './command-frame.ts';
import { verify } from './verify.ts';

/** Gives `relay` its `verify`. */
export function addVerify(program: Command, { place }: CommandOptions): Command {
  return program
    .command('verify')
    .description('say whether the books add up: everything that was read is settled, open or pending')
    .option('--deep', 'also walk the logs and all that lies beside them')
    .option('--repair', 'look as deep, and hand back what was left lying')
    .option(...configOption)
    .option(...jsonOption)
    .addHelpText('after', examples('relay verify', 'relay verify --deep', 'relay verify --repair --json'))
    .action((options) => verify({ place, ...options }));
}
