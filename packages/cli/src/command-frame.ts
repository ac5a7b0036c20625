import { Option } from 'commander';
import { rate } from './argument.ts';
import type { Place } from './place.ts';

/** What commands have in common, said in the same words by all of them. */

export interface CommandOptions {
  readonly place: Place;
  /** Aborted when somebody wants what runs until then to end. */
  readonly stopping: AbortSignal;
}

export const configOption = ['--config <file>', 'the configuration (default: RELAY_CONFIG, else relay.yaml)'] as const;
export const configArgument = ['[file]', 'the configuration (default: RELAY_CONFIG, else relay.yaml)'] as const;
export const jsonOption = ['--json', 'print JSON for programs'] as const;

/** How an instant may be given. */
export const whenHint = '24h ago, or at 2026-11-22T08:00Z';

/** At most so many of what `what` names; by default as fast as `usually` says. */
export function rateOption(what: string, usually: string): Option {
  const sentence = `at most so many ${what} per second, or as 600/m (default: as fast as ${usually})`;
  return new Option('--rate <rate>', sentence).argParser(rate);
}

export function examples(...lines: string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  ${line}`)].join('\n');
}
