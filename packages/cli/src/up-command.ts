import type { Command } from 'commander';
import { type CommandOptions, configOption, examples } from './command-frame.ts';
import { up } from './up.ts';

/** Gives `relay` its `up`. */
export function addUp(program: Command, { place, stopping }: CommandOptions): Command {
  return program
    .command('up')
    .description('run the whole relay here: ingest, worker, and a Redis unless REDIS_URL names one')
    .option(...configOption)
    .addHelpText(
      'after',
      examples('relay up', 'REDIS_URL=redis://10.0.0.5:6379 relay up --config /etc/relay/relay.yaml'),
    )
    .action(({ config }) => up({ place, file: config, stopping }));
}
