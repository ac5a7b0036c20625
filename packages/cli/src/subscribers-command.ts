import type { Command } from 'commander';
import { instant, visibleText } from './argument.ts';
import { type CommandOptions, configOption, examples, jsonOption, whenHint } from './command-frame.ts';
import { prune } from './prune.ts';
import { skip } from './skip.ts';
import { listSubscribers, pauseSubscribers, resumeSubscribers } from './subscribers.ts';

/** Gives `relay` its `subscribers`, with all that can be done to them. */
export function addSubscribers(program: Command, { place }: CommandOptions): Command {
  const subscribers = program
    .command('subscribers')
    .description('say which subscribers are on hold and why, and put them on hold or let them run again')
    .addHelpText('after', examples('relay subscribers list', 'relay subscribers pause billing'));

  subscribers
    .command('list')
    .description('say of each subscriber whether it runs, since when it is on hold, and why')
    .option(...configOption)
    .option(...jsonOption)
    .addHelpText('after', examples('relay subscribers list', 'relay subscribers list --json'))
    .action((options) => listSubscribers({ place, ...options }));

  subscribers
    .command('pause')
    .description('put subscribers on hold: nothing is sent to them until they are resumed')
    .argument('<names...>', 'which subscribers')
    .option('--why <text>', 'shown to whoever asks why', visibleText, 'by hand')
    .option(...configOption)
    .option(...jsonOption)
    .addHelpText('after', examples('relay subscribers pause billing crm --why "database is being moved"'))
    .action((names, options) => pauseSubscribers(names, { place, ...options }));

  subscribers
    .command('resume')
    .description('let subscribers run again, whatever has put them on hold')
    .argument('<names...>', 'which subscribers')
    .option(...configOption)
    .option(...jsonOption)
    .addHelpText('after', examples('relay subscribers resume billing', 'relay subscribers resume billing crm'))
    .action((names, options) => resumeSubscribers(names, { place, ...options }));

  subscribers
    .command('skip')
    .description('discard for good what a subscriber has still to get of what was kept before an instant')
    .argument('<name>', 'which subscriber')
    .requiredOption('--before <when>', `kept before: ${whenHint}`, instant)
    .option('--endpoint <name>', 'only of this endpoint')
    .option('--dry-run', 'only say how much that is')
    .option('--yes', 'do not ask')
    .option(...configOption)
    .option(...jsonOption)
    .addHelpText(
      'after',
      examples(
        'relay subscribers skip billing --before 24h --dry-run',
        'relay subscribers skip billing --before 24h --yes',
      ),
    )
    .action((name, options) => skip(name, { place, ...options }));

  subscribers
    .command('prune')
    .description('delete the cursors of subscribers that no configuration names any more')
    .argument('[names...]', 'which subscribers (default: all)')
    .option('--dead-letters', 'delete their dead letters, too')
    .option('--dry-run', 'only say what that would be')
    .option('--yes', 'do not ask')
    .option(...configOption)
    .option(...jsonOption)
    .addHelpText('after', examples('relay subscribers prune --dry-run', 'relay subscribers prune billing --yes'))
    .action((names, options) => prune(names, { place, ...options }));

  return subscribers;
}
