import { giveUpReasons } from '@relay/core';
import { type Command, Option } from 'commander';
import { instant, wholeNumber } from './argument.ts';
import { type CommandOptions, configOption, examples, jsonOption, rateOption, whenHint } from './command-frame.ts';
import { discardDeadLetters, listDeadLetters, showDeadLetter } from './dead-letters.ts';
import { replayDeadLetters } from './dead-letters-replay.ts';

const usualCount = 50;

/** Gives `relay` its `dead-letters`, with all that can be done to them. */
export function addDeadLetters(program: Command, { place, stopping }: CommandOptions): Command {
  const letters = program
    .command('dead-letters')
    .description('look at deliveries that were given up, send them once more, or throw them away')
    .addHelpText('after', examples('relay dead-letters list', 'relay dead-letters replay --subscriber billing'));

  choosing(letters.command('list'))
    .description('list dead letters, the oldest first')
    .option('--count <number>', 'at most so many', wholeNumber, usualCount)
    .addHelpText(
      'after',
      examples(
        'relay dead-letters list',
        'relay dead-letters list --subscriber billing --reason "too old" --since 24h',
      ),
    )
    .action((options) => listDeadLetters({ place, ...options }));

  finishing(letters.command('show'))
    .description('tell what is known of the dead letters of one message')
    .argument('<id>', "the message's id (webhook-id)")
    .option('--subscriber <name>', 'of this subscriber')
    .addOption(new Option('--body', 'print the body and nothing else; vendors put passwords into it').conflicts('json'))
    .addHelpText(
      'after',
      examples(
        'relay dead-letters show thingspace-carrier-1795307065468-0-9f3a',
        'relay dead-letters show thingspace-carrier-1795307065468-0-9f3a --body > body.json',
      ),
    )
    .action((id, options) => showDeadLetter(id, { place, ...options }));

  choosing(letters.command('replay'))
    .description('send them once more, with attempts counted anew')
    .argument('[ids...]', 'ids of messages (webhook-id)')
    .addOption(rateOption('letters', 'they are taken'))
    .option('--dry-run', 'only say how many are meant')
    .addHelpText(
      'after',
      examples(
        'relay dead-letters replay --subscriber billing --since 24h --dry-run',
        'relay dead-letters replay --reason gone',
      ),
    )
    .action((ids, options) => replayDeadLetters(ids, { place, stopping, ...options }));

  choosing(letters.command('discard'))
    .description('throw them away for good; they count as discarded')
    .argument('[ids...]', 'ids of messages (webhook-id)')
    .option('--dry-run', 'only say how many are meant')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples(
        'relay dead-letters discard --subscriber old-crm --dry-run',
        'relay dead-letters discard --subscriber old-crm --yes',
      ),
    )
    .action((ids, options) => discardDeadLetters(ids, { place, ...options }));

  return letters;
}

function choosing(command: Command): Command {
  return finishing(command)
    .option('--subscriber <name>', 'of this subscriber')
    .option('--endpoint <name>', 'of this endpoint')
    .addOption(new Option('--reason <reason>', 'given up for this reason').choices(giveUpReasons))
    .option('--since <when>', `given up since: ${whenHint}`, instant)
    .option('--until <when>', 'given up before', instant)
    .option('--correlation <id>', 'of messages with this request id');
}

function finishing(command: Command): Command {
  return command.option(...configOption).option(...jsonOption);
}
