import { Command } from 'commander';
import { addCheck } from './check-command.ts';
import type { CommandOptions } from './command-frame.ts';
import { addDeadLetters } from './dead-letters-command.ts';
import { addDemo } from './demo-command.ts';
import { addMessages } from './messages-command.ts';
import { addPlan } from './plan-command.ts';
import { addReplay } from './replay-command.ts';
import { addRoute } from './route-command.ts';
import { addSend } from './send-command.ts';
import { addSimulate } from './simulate-command.ts';
import { addStatus } from './status-command.ts';
import { addSubscribers } from './subscribers-command.ts';
import { addUp } from './up-command.ts';
import { addVerify } from './verify-command.ts';

const exitCodesHelp = '\nExit codes: 0 fine, 1 it failed, 2 wrong use or a mistake in the configuration.';

/** In the order in which they are listed. */
const commands = [
  addUp,
  addCheck,
  addSend,
  addSimulate,
  addRoute,
  addMessages,
  addStatus,
  addSubscribers,
  addPlan,
  addDeadLetters,
  addReplay,
  addVerify,
  addDemo,
];

/** The relay command with all it can do. */
export function createProgram(options: CommandOptions): Command {
  const program = new Command('relay')
    .description('Keeps every vendor callback and forwards it to each subscriber.')
    .addHelpText('after', exitCodesHelp)
    .showHelpAfterError('Add --help to see how it is used.')
    .exitOverride();
  for (const add of commands) addExitCodesHelp(add(program, options));
  return program;
}

function addExitCodesHelp(command: Command): void {
  command.addHelpText('after', exitCodesHelp);
  for (const own of command.commands) addExitCodesHelp(own);
}
