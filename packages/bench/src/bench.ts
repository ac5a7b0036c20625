import {
  backlog,
  type Compared,
  type CompareOptions,
  type Comparison,
  compare,
  durability,
  fanOut,
  idle,
  isolation,
  manyEndpoints,
  order,
  outage,
  sizing,
  spool,
  width,
} from './comparison.ts';
import { measureFilters } from './filter.ts';
import type { Options, Scenario } from './options.ts';
import { compareReads, readSizes } from './read.ts';
import { weighSources } from './sizing-sources.ts';
import type { System } from './system.ts';
import { fullSizes, quickSizes } from './trial.ts';

const sizingSubscribers = [1, 3, 20];
const sizingRequests = 2_000;
const usualBacklog = 1_000_000;
const usualOutage = 100_000;

export interface BenchDeps extends Pick<CompareOptions, 'onStep' | 'signal'> {
  readonly systems: { readonly ours: System; readonly rival: System };
}

/** Runs all comparisons that the options ask for, one after the other. */
export async function runBench(options: Options, { systems, onStep, signal }: BenchDeps): Promise<Compared[]> {
  const { rounds, fsync, quick } = options;
  const sizes = quick ? quickSizes : fullSizes;
  const compared: Compared[] = [];
  for (const scenario of options.scenarios) {
    if (scenario === 'read') {
      compared.push(...compareReads({ ...readSizes, onStep, signal }));
      continue;
    }
    if (scenario === 'filter') {
      compared.push(...measureFilters({ ...readSizes, onStep, signal }));
      continue;
    }
    if (scenario === 'sizing') compared.push(...(await weighSources({ requests: sizingRequests, onStep, signal })));
    for (const comparison of comparisonsFor(scenario, options, systems)) {
      compared.push(await compare(comparison, { rounds, fsync, sizes, onStep, signal }));
    }
  }
  return compared;
}

function comparisonsFor(
  scenario: Exclude<Scenario, 'read' | 'filter'>,
  options: Options,
  systems: BenchDeps['systems'],
): Comparison[] {
  const chosen = options.systems.map((name) => systems[name]);
  const ours = chosen.filter((system) => system === systems.ours);
  switch (scenario) {
    case 'fan-out':
      return options.subscribers.map((subscribers) => fanOut(chosen, subscribers));
    case 'width':
      return ours.map(width);
    case 'endpoints':
      return ours.map(manyEndpoints);
    case 'idle':
      return [idle(chosen)];
    case 'isolation':
      return [isolation(chosen)];
    case 'spool':
      return ours.map(spool);
    case 'backlog':
      return ours.map((system) => backlog(system, options.waiting ?? usualBacklog));
    case 'durability':
      return ours.map(durability);
    case 'ordered':
      return ours.map(order);
    case 'outage':
      return ours.map((system) => outage(system, options.waiting ?? usualOutage));
    case 'sizing':
      return ours.flatMap((system) => sizingSubscribers.map((subscribers) => sizing(system, subscribers)));
  }
}
