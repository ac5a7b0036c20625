import { mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { type Running, runCommand, sum } from '@relay/testkit';
import { runBench } from './bench.ts';
import type { Compared } from './comparison.ts';
import { help, type Options, optionsOf } from './options.ts';
import { createOurs } from './ours.ts';
import { rival } from './rival.ts';
import { tableOf } from './table.ts';

const profileFolder = '.relay/bench';

process.exitCode = await runCommand({ name: 'bench', optionsOf, run });

async function run(options: Options, { stopping, say }: Running): Promise<number> {
  if (options.help) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  if (process.platform !== 'linux') {
    say('It reads the processes’ CPU time from /proc, which only Linux has.');
    return 1;
  }
  const onStep = (step: string) => say(`${clock()} ${step}`);
  const compared = await runBench(options, { systems: systemsOf(options, say), onStep, signal: stopping });
  process.stdout.write(
    `${options.json ? JSON.stringify({ machine: machine(options), compared }) : reportOf(options, compared)}\n`,
  );
  const total = (name: 'refused' | 'lost') => {
    return sum(compared.flatMap(({ sides }) => sides.map(({ figures }) => figures[name] ?? 0)));
  };
  const [refused, lost] = [total('refused'), total('lost')];
  if (refused > 0) say(`${refused} posts were not answered 2xx: the figures mean little.`);
  if (lost > 0) say(`${lost} deliveries of accepted messages never arrived.`);
  return refused + lost === 0 ? 0 : 1;
}

function systemsOf({ profile }: Options, say: Running['say']) {
  if (profile === undefined) return { ours: createOurs(), rival };
  mkdirSync(profileFolder, { recursive: true });
  say(`CPU profiles of ${profile} go to ${profileFolder}`);
  return { ours: createOurs({ part: profile, folder: profileFolder }), rival };
}

/** Since the start, as 12:34. */
function clock(): string {
  const seconds = Math.floor(process.uptime());
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function machine({ fsync }: Options) {
  const cores = cpus();
  return { cores: cores.length, model: cores[0]?.model, node: process.version, fsync };
}

function reportOf(options: Options, compared: readonly Compared[]): string {
  const { cores, model, node, fsync } = machine(options);
  return `${cores} cores (${model}), Node ${node}, append-only file ${fsync}; everything on this machine\n${tableOf(compared)}`;
}
