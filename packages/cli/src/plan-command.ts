import type { Command } from 'commander';
import { type CommandOptions, configArgument, examples, jsonOption } from './command-frame.ts';
import { plan } from './plan.ts';

/** Gives `relay` its `plan`. */
export function addPlan(program: Command, { place }: CommandOptions): Command {
  return program
    .command('plan')
    .description('say what a configuration would change if it were put into force')
    .argument(...configArgument)
    .option('--exit-code', 'fail where messages would be discarded or stranded')
    .option(...jsonOption)
    .addHelpText('after', '\nIt is compared with what a worker has applied last in the Redis that the file names.')
    .addHelpText(
      'after',
      examples('relay plan', 'relay plan new-relay.yaml', 'relay plan new-relay.yaml --exit-code --json'),
    )
    .action((file, options) => plan(file, { place, ...options }));
}
