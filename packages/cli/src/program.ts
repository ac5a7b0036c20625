import { Command } from 'commander';
import { header, httpUrl, portNumber, positiveNumber, wholeNumber } from './argument.ts';
import { check } from './check.ts';
import { addDeadLetters } from './dead-letters-command.ts';
import { demo } from './demo.ts';
import { messages } from './messages.ts';
import type { Place } from './place.ts';
import { addPlan } from './plan-command.ts';
import { addReplay } from './replay-command.ts';
import { addRoute } from './route-command.ts';
import { send } from './send.ts';
import { addSimulate } from './simulate-command.ts';
import { status } from './status.ts';
import { addSubscribers } from './subscribers-command.ts';
import { up } from './up.ts';
import { verify } from './verify.ts';

interface ProgramOptions {
  readonly place: Place;
  /** Aborted when somebody wants what runs until then to end. */
  readonly stopping: AbortSignal;
}

const configOption = ['--config <file>', 'the configuration (default: RELAY_CONFIG, else relay.yaml)'] as const;
const jsonOption = ['--json', 'print JSON for programs'] as const;
const exitCodesHelp = '\nExit codes: 0 fine, 1 it failed, 2 wrong use or a mistake in the configuration.';

/** The relay command with all it can do. */
export function createProgram({ place, stopping }: ProgramOptions): Command {
  const program = new Command('relay')
    .description('Keeps every vendor callback and forwards it to each subscriber.')
    .addHelpText('after', exitCodesHelp)
    .showHelpAfterError('Add --help to see how it is used.')
    .exitOverride();

  program
    .command('up')
    .description('run the whole relay here: ingest, worker, and a Redis unless REDIS_URL names one')
    .option(...configOption)
    .addHelpText(
      'after',
      examples('relay up', 'REDIS_URL=redis://10.0.0.5:6379 relay up --config /etc/relay/relay.yaml'),
    )
    .action(({ config }) => up({ place, file: config, stopping }));

  program
    .command('check')
    .description('read the configuration and say what it comes to, or every mistake in it')
    .argument('[file]', 'the configuration (default: RELAY_CONFIG, else relay.yaml)')
    .option(...jsonOption)
    .addHelpText('after', examples('relay check', 'relay check new-relay.yaml --json'))
    .action((file, { json }) => check(file, { place, json }));

  program
    .command('send')
    .description("post a file to an endpoint as its vendor would, with the endpoint's own credentials")
    .argument('<file>', 'the body to post')
    .requiredOption('--endpoint <name>', 'the endpoint to post to')
    .option('--count <number>', 'post so many, each with an id of its own', wholeNumber, 1)
    .option('--rate <number>', 'post so many per second (default: as fast as they are answered)', positiveNumber)
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

  addSimulate(program, { place, stopping });
  addRoute(program, { place });

  program
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

  program
    .command('status')
    .description('say where each subscriber stands, what the spool on this machine holds and how full Redis is')
    .option(...configOption)
    .option(...jsonOption)
    .addHelpText('after', examples('relay status', 'relay status --json'))
    .action((options) => status({ place, ...options }));

  addSubscribers(program, { place });

  addPlan(program, { place });

  addDeadLetters(program, { place, stopping });

  addReplay(program, { place, stopping });

  program
    .command('verify')
    .description('say whether the books add up: everything that was read is settled, open or pending')
    .option('--deep', 'also walk the logs and all that lies beside them')
    .option('--repair', 'look as deep, and hand back what was left lying')
    .option(...configOption)
    .option(...jsonOption)
    .addHelpText('after', examples('relay verify', 'relay verify --deep', 'relay verify --repair --json'))
    .action((options) => verify({ place, ...options }));

  program
    .command('demo')
    .description('run a subscriber that prints what it gets; a URL that ends in ?fail=2 fails the first two attempts')
    .option('--port <number>', 'the port to listen on', portNumber, 9470)
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .addHelpText('after', examples('relay demo', 'relay demo --port 9470 --host 0.0.0.0'))
    .action(({ host, port }) => demo({ host, port, stopping }));

  for (const command of program.commands) addExitCodesHelp(command);
  return program;
}

function addExitCodesHelp(command: Command): void {
  command.addHelpText('after', exitCodesHelp);
  for (const own of command.commands) addExitCodesHelp(own);
}

function examples(...lines: string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  ${line}`)].join('\n');
}
