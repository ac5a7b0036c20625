import type { Command } from 'commander';
import { visibleText } from './argument.ts';
import type { Place } from './place.ts';
import { listSubscribers, pauseSubscribers, resumeSubscribers } from './subscribers.ts';

interface CommandOptions {
  readonly place: Place;
}

const configOption = ['--config <file>', 'the configuration (default: RELAY_CONFIG, else relay.yaml)'] as const;
const jsonOption = ['--json', 'print JSON for programs'] as const;

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

  return subscribers;
}

function examples(...lines: string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  ${line}`)].join('\n');
}
