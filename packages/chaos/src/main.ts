import { runChaos } from './chaos.ts';
import { help, minuteMs, type Options, optionsOf } from './options.ts';
import { tableOf } from './table.ts';

process.exitCode = await main();

async function main(): Promise<number> {
  const options = optionsOrMistake();
  if (typeof options === 'string') {
    process.stderr.write(`chaos: ${options}\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const stopping = new AbortController();
  // A Ctrl-C can come twice at once, from the terminal and through the launcher.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  // The launcher was killed. Listening must not keep us alive.
  process.once('disconnect', () => stopping.abort());
  process.channel?.unref();
  try {
    return await run(options, stopping.signal);
  } catch (error) {
    process.stderr.write(`chaos: ${error instanceof Error ? error.message : error}\n`);
    return 1;
  }
}

async function run({ minutes, seed, rate, faults, json }: Options, stopping: AbortSignal): Promise<number> {
  const print = (line: string) => process.stderr.write(`${line}\n`);
  const report = await runChaos({ durationMs: minutes * minuteMs, seed, rate, faults }, { print, stopping });
  process.stdout.write(`${json ? JSON.stringify(report, null, 2) : tableOf(report)}\n`);
  for (const sentence of report.slow) print(`slow: ${sentence}`);
  for (const sentence of report.broken) print(`broken: ${sentence}`);
  return report.broken.length === 0 ? 0 : 1;
}

function optionsOrMistake(): Options | string {
  try {
    return optionsOf(process.argv.slice(2));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
