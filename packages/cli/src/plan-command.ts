import type { Command } from 'commander';
import type { Place } from './place.ts';
import { plan } from './plan.ts';

/** Gives `relay` its `plan`. */
export function addPlan(program: Command, { place }: { readonly place: Place }): Command {
  return program
    .command('plan')
    .description('say what a configuration would change if it were put into force')
    .argument('[file]', 'the configuration (default: RELAY_CONFIG, else relay.yaml)')
    .option('--exit-code', 'fail where messages would be discarded or stranded')
    .option('--json', 'print JSON for programs')
    .addHelpText('after', help)
    .action((file, options) => plan(file, { place, ...options }));
}

const help = `
It is compared with what a worker has applied last in the Redis that the file names.

Examples:
  relay plan
  relay plan new-relay.yaml
  relay plan new-relay.yaml --exit-code --json`;
