import { profiles, vendorNames, vendors } from '@relay/simulators';
import { Argument, type Command, Option } from 'commander';
import { header, httpUrl, positiveNumber, seedNumber, share, vendor, wholeNumber } from './argument.ts';
import { type CommandOptions, configOption, examples, jsonOption, rateOption } from './command-frame.ts';
import { simulate } from './simulate.ts';

const ixcAcs = vendors['ixc-acs'];

/** Gives `relay` its `simulate`. */
export function addSimulate(program: Command, { place, stopping }: CommandOptions): Command {
  return program
    .command('simulate')
    .description('send what a vendor sends, the way it sends it: load for tests, and a rehearsal before going live')
    .addArgument(new Argument('<vendor>', 'whose callbacks').choices(vendorNames).argParser(vendor))
    .option('--to <url>', 'the URL to post to, as it would be registered', httpUrl)
    .option('--endpoint <name>', 'take URL and secrets from this endpoint of the configuration')
    .option(...configOption)
    .option('--count <number>', 'requests', wholeNumber, 10)
    .addOption(rateOption('first attempts', 'they are answered'))
    .option('--concurrency <number>', 'how many may wait for an answer at a time', wholeNumber, 16)
    .option('--seed <number>', 'the same seed gives the same callbacks (default: another one each time)', seedNumber)
    .addOption(
      new Option('--profile <name>', 'how it is sent again (default: the vendor’s)').choices(Object.keys(profiles)),
    )
    .option(
      '--speed <factor>',
      `shorten the vendor’s waits so much (default: 1, ixc-acs ${ixcAcs.speed})`,
      positiveNumber,
    )
    .option(
      '--devices <number>',
      'callbacks of each request, one per device (thingspace, thingspace-soap)',
      wholeNumber,
    )
    .option('--service <names...>', 'only callbacks of these services (thingspace, thingspace-soap)')
    .option('--batch <number>', 'up to so many callbacks in one request (voximplant)', wholeNumber)
    .option(
      '--late <share>',
      `share of error after an hour, then success (ixc-acs, default: ${ixcAcs.lateShare})`,
      share,
    )
    .option('--username <text>', 'in the body (thingspace, thingspace-soap)')
    .option('--password <text>', 'in the body (thingspace, thingspace-soap)')
    .option('--old-password <text>', 'the one before, for --rotate')
    .option('--salt <text>', 'for the hash (voximplant)')
    .option('--account-id <text>', 'for the hash (voximplant)')
    .option('--api-key <text>', 'for the hash (voximplant)')
    .option('--secret-header <name=value>', 'a header that carries a secret', header)
    .option('--rotate', 'change the password at half time; some callbacks still carry the old one')
    .option('--forge <share>', 'share of forged callbacks, which have to be refused', share)
    .option('--repeat <share>', 'share that is sent again byte for byte although it was acknowledged', share)
    .option('--forwarded-for', 'name the vendor’s addresses in X-Forwarded-For (thingspace, thingspace-soap)')
    .option(...jsonOption)
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples(
        'relay simulate thingspace --endpoint thingspace-carrier --count 100 --devices 5',
        'relay simulate voximplant --to https://hooks.example.com/voximplant --batch 3 --forge 0.1',
        'relay simulate ixc-acs --endpoint acs --late 0.5 --speed 3600 --json',
      ),
    )
    .action((name, flags) => simulate(name, { place, stopping, flags }));
}

const help = `
Secrets on a command line can be seen by everyone on the machine. Better: --endpoint, or the environment variables
RELAY_SIMULATE_USERNAME, _PASSWORD, _OLD_PASSWORD, _SALT, _ACCOUNT_ID, _API_KEY and _SECRET_HEADER.

Profiles: observed (one more attempt after 1.15 to 1.69 s, or beside the first after 4 s of silence), documented (three more,
5 minutes apart: reported by others of ThingSpace's pages, not checked), once (none).`;
