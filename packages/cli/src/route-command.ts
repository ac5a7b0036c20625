import type { Command } from 'commander';
import { header } from './argument.ts';
import { type CommandOptions, configOption, examples, jsonOption } from './command-frame.ts';
import { route } from './route.ts';

/** Gives `relay` its `route`. */
export function addRoute(program: Command, { place }: CommandOptions): Command {
  return program
    .command('route')
    .description('say which subscribers would get a callback, and why not the others')
    .argument('[file]', 'the body of the callback')
    .option('--endpoint <name>', 'the endpoint it would be posted to')
    .option('--header <name=value>', 'with this header; may be given several times', header)
    .option('--message <id>', 'instead of a file: a message that is kept')
    .option(...configOption)
    .option(...jsonOption)
    .addHelpText('after', '\nThe filters are those of the configuration file, whatever a relay that runs has in force.')
    .addHelpText(
      'after',
      examples(
        'relay route activated.json --endpoint thingspace-carrier',
        'relay route push.json --endpoint github --header x-github-event=push --json',
        'relay route --message thingspace-carrier-1795307065468-0-9f3a --config new-relay.yaml',
      ),
    )
    .action((file, options) => route(file, { place, ...options }));
}
