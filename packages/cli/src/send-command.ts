import type { Command } from 'commander';
import { header, httpUrl, wholeNumber } from './argument.ts';
import { type CommandOptions, configOption, examples, jsonOption, rateOption } from './command-frame.ts';
import { send } from './send.ts';

/** Gives `relay` its `send`. */
export function addSend(program: Command, { place, stopping }: CommandOptions): Command {
  return program
    .command('send')
    .description("post a file to an endpoint as its vendor would, with the endpoint's own credentials")
    .argument('<file>', 'the body to post')
    .requiredOption('--endpoint <name>', 'the endpoint to post to')
    .option('--count <number>', 'post so many, each with an id of its own', wholeNumber, 1)
    .addOption(rateOption('posts', 'they are answered'))
    .option('--to <url>', 'where ingest listens (default: the endpoint’s listener, on this machine)', httpUrl)
    .option('--header <name=value>', 'send this header, too; may be given several times', header)
    .option(...configOption)
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(
        'relay send activated.json --endpoint thingspace-carrier',
        'relay send activated.json --endpoint thingspace-carrier --count 1000 --rate 50',
        'relay send push.json --endpoint github --header x-github-event=push',
      ),
    )
    .action((file, options) => send(file, { place, stopping, ...options }));
}
