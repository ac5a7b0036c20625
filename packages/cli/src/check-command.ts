import type { Command } from 'commander';
import { check } from './check.ts';
import { type CommandOptions, configArgument, examples, jsonOption } from './command-frame.ts';

/** Gives `relay` its `check`. */
export function addCheck(program: Command, { place }: CommandOptions): Command {
  return program
    .command('check')
    .description('read the configuration and say what it comes to, or every mistake in it')
    .argument(...configArgument)
    .option(...jsonOption)
    .addHelpText('after', examples('relay check', 'relay check new-relay.yaml --json'))
    .action((file, { json }) => check(file, { place, json }));
}
