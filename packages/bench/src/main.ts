import { mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { sum } from '@relay/testkit';
import { runBench } from './bench.ts';
import type { Compared } from './comparison.ts';
import { help, type Options, optionsOf } from './options.ts';
import { createOurs } from './ours.ts';
import { rival } from './rival.ts';
import { tableOf } from './table.ts';

const profileFolder = '.relay/bench';

process.exitCode = await main();

async function main(): Promise<number> {
  const options = optionsOrMistake();
  if (typeof options === 'string') {
    process.stderr.write(`bench: ${options}\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  if (process.platform !== 'linux') {
    process.stderr.write('bench: It reads the processes’ CPU time from /proc, which only Linux has.\n');
    return 1;
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
    if (stopping.signal.aborted) return 130;
    process.stderr.write(`bench: ${error instanceof Error ? error.message : error}\n`);
    return 1;
  }
}

async function run(options: Options, signal: AbortSignal): Promise<number> {
  const compared = await runBench(options, { systems: systemsOf(options), onStep, signal });
  process.stdout.write(
    `${options.json ? JSON.stringify({ machine: machine(options), compared }) : reportOf(options, compared)}\n`,
  );
  const total = (name: 'refused' | 'lost') => {
    return sum(compared.flatMap(({ sides }) => sides.map(({ figures }) => figures[name] ?? 0)));
  };
  const [refused, lost] = [total('refused'), total('lost')];
  if (refused > 0) process.stderr.write(`bench: ${refused} posts were not answered 2xx: the figures mean little.\n`);
  if (lost > 0) process.stderr.write(`bench: ${lost} deliveries of accepted messages never arrived.\n`);
  return refused + lost === 0 ? 0 : 1;
}

function optionsOrMistake(): Options | string {
  try {
    return optionsOf(process.argv.slice(2));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function systemsOf({ profile }: Options) {
  if (profile === undefined) return { ours: createOurs(), rival };
  mkdirSync(profileFolder, { recursive: true });
  process.stderr.write(`bench: CPU profiles of ${profile} go to ${profileFolder}\n`);
  return { ours: createOurs({ part: profile, folder: profileFolder }), rival };
}

function onStep(step: string): void {
  const seconds = Math.floor(process.uptime());
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  process.stderr.write(`bench: ${clock} ${step}\n`);
}

function machine({ fsync }: Options) {
  const cores = cpus();
  return { cores: cores.length, model: cores[0]?.model, node: process.version, fsync };
}

function reportOf(options: Options, compared: readonly Compared[]): string {
  const { cores, model, node, fsync } = machine(options);
  return `${cores} cores (${model}), Node ${node}, append-only file ${fsync}; everything on this machine\n${tableOf(compared)}`;
}
