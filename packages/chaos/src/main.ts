import { type Running, runCommand } from '@relay/testkit';
import { runChaos } from './chaos.ts';
import { help, minuteMs, type Options, optionsOf } from './options.ts';
import { tableOf } from './table.ts';

process.exitCode = await runCommand({ name: 'chaos', optionsOf, run });

async function run({ minutes, json, help: helped, ...options }: Options, { stopping }: Running): Promise<number> {
  if (helped) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const print = (line: string) => process.stderr.write(`${line}\n`);
  const report = await runChaos({ durationMs: minutes * minuteMs, ...options }, { print, stopping });
  process.stdout.write(`${json ? JSON.stringify(report, null, 2) : tableOf(report)}\n`);
  for (const sentence of report.slow) print(`slow: ${sentence}`);
  for (const sentence of report.broken) print(`broken: ${sentence}`);
  return report.broken.length === 0 ? 0 : 1;
}
