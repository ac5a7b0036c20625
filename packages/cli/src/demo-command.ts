import type { Command } from 'commander';
import { portNumber } from './argument.ts';
import { type CommandOptions, examples } from './command-frame.ts';
import { demo } from './demo.ts';

/** Gives `relay` its `demo`. */
export function addDemo(program: Command, { stopping }: CommandOptions): Command {
  return program
    .command('demo')
    .description('run a subscriber that prints what it gets; a URL that ends in ?fail=2 fails the first two attempts')
    .option('--port <number>', 'the port to listen on', portNumber, 9470)
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .addHelpText('after', examples('relay demo', 'relay demo --port 9470 --host 0.0.0.0'))
    .action(({ host, port }) => demo({ host, port, stopping }));
}
