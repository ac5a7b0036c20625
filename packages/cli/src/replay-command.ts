import { type Command, Option } from 'commander';
import { instant, rate } from './argument.ts';
import type { Place } from './place.ts';
import { replay } from './replay.ts';

interface CommandOptions {
  readonly place: Place;
  readonly stopping: AbortSignal;
}

/** A replay that has begun says these by itself. */
const choosing = ['endpoint', 'since', 'until', 'where', 'to'];

/** Gives `relay` its `replay`. */
export function addReplay(program: Command, { place, stopping }: CommandOptions): Command {
  return program
    .command('replay')
    .description('send a subscriber once more what an endpoint has kept: its past, when it is new or was away')
    .option('--endpoint <name>', 'of which endpoint')
    .option('--since <when>', 'what was kept since: 24h ago, or at 2026-11-22T08:00Z', instant)
    .option('--until <when>', 'and before (default: until now)', instant)
    .option('--where <rule>', 'only messages of which this rule holds, as in relay.yaml, beside the subscriber’s own')
    .option('--to <subscriber>', 'to which subscriber')
    .option('--rate <rate>', 'at most so many, as 50/s (default: as fast as it takes them)', rate)
    .option('--dry-run', 'only say how many that would be')
    .addOption(new Option('--resume <replay>', 'go on with one that ended early').conflicts(choosing))
    .addOption(
      new Option('--list', 'tell of the replays of the last retention').conflicts([
        ...choosing,
        'rate',
        'dryRun',
        'resume',
      ]),
    )
    .option('--config <file>', 'the configuration (default: RELAY_CONFIG, else relay.yaml)')
    .option('--json', 'print JSON for programs, a line a second')
    .addHelpText('after', help)
    .action((options) => replay({ place, stopping, ...options }));
}

const help = `
Examples:
  relay replay --endpoint thingspace-carrier --since 24h --to billing --dry-run
  relay replay --endpoint thingspace-carrier --since 2026-11-22T08:00Z --until 2026-11-22T09:30Z --to billing --rate 50/s
  relay replay --endpoint voximplant --since 3d --to crm --where '{type: call_end}'
  relay replay --resume 5f1c09aa`;
