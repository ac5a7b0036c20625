import { type Command, Option } from 'commander';
import { instant } from './argument.ts';
import { type CommandOptions, configOption, examples, rateOption, whenHint } from './command-frame.ts';
import { replay } from './replay.ts';

/** A replay that has begun says these by itself. */
const choosing = ['endpoint', 'since', 'until', 'where', 'to'];

/** Gives `relay` its `replay`. */
export function addReplay(program: Command, { place, stopping }: CommandOptions): Command {
  const resume = new Option('--resume <replay>', 'go on with one that ended early').conflicts(choosing);
  const list = new Option('--list', 'tell of the replays of the last retention');
  return program
    .command('replay')
    .description('send a subscriber once more what an endpoint has kept: its past, when it is new or was away')
    .option('--endpoint <name>', 'of which endpoint')
    .option('--since <when>', `what was kept since: ${whenHint}`, instant)
    .option('--until <when>', 'and before (default: until now)', instant)
    .option('--where <rule>', 'only messages of which this rule holds, as in relay.yaml, beside the subscriber’s own')
    .option('--to <subscriber>', 'to which subscriber')
    .addOption(rateOption('messages', 'it takes them'))
    .option('--dry-run', 'only say how many that would be')
    .addOption(resume)
    .addOption(list.conflicts([...choosing, 'rate', 'dryRun', 'resume']))
    .option(...configOption)
    .option('--json', 'print JSON for programs, a line a second')
    .addHelpText(
      'after',
      examples(
        'relay replay --endpoint thingspace-carrier --since 24h --to billing --dry-run',
        'relay replay --endpoint thingspace-carrier --since 2026-11-22T08:00Z --until 2026-11-22T09:30Z --to billing --rate 50/s',
        "relay replay --endpoint voximplant --since 3d --to crm --where '{type: call_end}'",
        'relay replay --resume 5f1c09aa',
      ),
    )
    .action((options) => replay({ place, stopping, ...options }));
}
