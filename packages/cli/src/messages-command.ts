import type { Command } from 'commander';
import { type CommandOptions, configOption, examples, jsonOption } from './command-frame.ts';
import { messages } from './messages.ts';

/** Gives `relay` its `messages`. */
export function addMessages(program: Command, { place }: CommandOptions): Command {
  return program
    .command('messages')
    .description('tell the story of one message, or list those that name a request id or device id')
    .argument('<id>', "a message's id (webhook-id), a request id or a device id")
    .option(...configOption)
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples('relay messages thingspace-carrier-1795307065468-0-9f3a', 'relay messages 89000000000000000017'),
    )
    .action((id, options) => messages(id, { place, ...options }));
}
