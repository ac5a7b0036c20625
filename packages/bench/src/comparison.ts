import { measureAccept } from './accept.ts';
import { measureBacklog } from './backlog.ts';
import { measureDeliver } from './deliver.ts';
import { type Figures, overRounds } from './figures.ts';
import { measureIdle } from './idle.ts';
import { measureIsolation } from './isolation.ts';
import { measureOrdered } from './ordered.ts';
import { measureOutage } from './outage.ts';
import { measureSizing } from './sizing.ts';
import { measureSpool } from './spool.ts';
import type { Fsync } from './stage.ts';
import { measureSteadyAcks } from './steady.ts';
import type { System } from './system.ts';
import type { Measure, Sizes, Trial } from './trial.ts';

/** How many times the load where it is spread over many endpoints. */
const enlargement = 2;

/** Sides under loads that differ in one thing; where there are two, the ratio of their figures is what it is about. */
export interface Comparison {
  readonly title: string;
  readonly sides: readonly Side[];
  /** By what they are called while they run. */
  readonly measures: Readonly<Record<string, Measure>>;
  /** For what hardly varies or takes long: measured so often, whatever the options say. */
  readonly rounds?: number;
  /** For what shows under a larger load only, or does under a smaller one. */
  readonly resize?: (sizes: Sizes) => Sizes;
}

export interface Side
  extends Omit<Trial, 'fsync' | 'sizes' | 'round' | 'signal'>,
    // Where it is what they differ in.
    Partial<Pick<Trial, 'fsync'>> {
  readonly name: string;
}

export interface Compared {
  readonly title: string;
  readonly sides: readonly {
    readonly name: string;
    readonly figures: Figures;
    readonly measured: readonly Figures[];
  }[];
}

export interface CompareOptions extends Pick<Trial, 'fsync' | 'sizes' | 'signal'> {
  readonly rounds: number;
  /** Called with what is measured next. */
  readonly onStep: (step: string) => void;
}

/** Measures the sides in turns, now one first and now the other, so that a machine that is slower for a while is so for both. */
export async function compare(comparison: Comparison, options: CompareOptions): Promise<Compared> {
  const { title, sides, measures, rounds = options.rounds, resize = (sizes) => sizes } = comparison;
  const { onStep, fsync, signal } = options;
  const sizes = resize(options.sizes);
  const measured = sides.map((): Figures[] => []);
  for (let round = 1; round <= rounds; round++) {
    const turns = [...sides.entries()];
    if (round % 2 === 0) turns.reverse();
    for (const [name, measure] of Object.entries(measures)) {
      for (const [index, side] of turns) {
        onStep(`${title}: ${side.name}, ${name}, round ${round} of ${rounds}`);
        measured[index]?.push(await measure({ fsync, ...side, sizes, signal, round }));
      }
    }
  }
  return {
    title,
    sides: sides.map(({ name }, index) => {
      const figures = measured[index] ?? [];
      return { name, figures: overRounds(figures), measured: figures };
    }),
  };
}

/** One message to so many subscribers, by each system. */
export function fanOut(systems: readonly System[], subscribers: number): Comparison {
  const perSecond = steadyRate(subscribers);
  return {
    title: `${subscribers} subscriber${subscribers === 1 ? '' : 's'} (steady rate ${perSecond}/s)`,
    sides: systems.map((system) => ({ name: system.name, system, endpoints: 1, subscribers, perSecond })),
    measures: { accept: measureAccept, deliver: measureDeliver },
  };
}

/** 200 messages a second, or as many as make 1,200 deliveries: what both systems can keep up with on two cores. */
function steadyRate(subscribers: number): number {
  return Math.min(200, Math.floor(1_200 / subscribers));
}

/** Accepting must not depend on how many subscribers there are. */
export function width(system: System): Comparison {
  const side = (subscribers: number) => {
    return { name: `${subscribers}`, system, endpoints: 1, subscribers, perSecond: 0 };
  };
  return { title: `${system.name}, by subscribers`, sides: [side(100), side(3)], measures: { accept: measureAccept } };
}

/**
 * The same load spread over many endpoints, and single messages at rest. An endpoint costs Redis something itself: only with
 * many messages to each does their own weight show.
 */
export function manyEndpoints(system: System): Comparison {
  const side = (endpoints: number) => {
    return { name: `${endpoints}`, system, endpoints, subscribers: 20, perSecond: 10 };
  };
  return {
    title: `${system.name}, by endpoints, 20 subscribers to all (steady rate 10/s)`,
    sides: [side(500), side(1)],
    measures: { accept: measureAccept, deliver: measureDeliver },
    rounds: 1,
    resize: (sizes) => ({
      ...sizes,
      acceptMs: sizes.acceptMs * enlargement,
      leastBacklog: sizes.leastBacklog * enlargement,
      leastLoad: sizes.leastLoad * enlargement,
    }),
  };
}

/** The same load while Redis is there and while it is not. */
export function spool(system: System): Comparison {
  return {
    title: `${system.name}, Redis killed`,
    sides: [{ name: system.name, system, endpoints: 1, subscribers: 3, perSecond: 0 }],
    measures: { spool: measureSpool },
    // It runs and warms up twice, in the same process.
    resize: (sizes) => ({ ...sizes, warmUpMs: sizes.warmUpMs / 2, acceptMs: sizes.acceptMs / 2 }),
  };
}

/** So many messages wait for one subscriber, or none do: the two others must not notice. */
export function backlog(system: System, waiting: number): Comparison {
  const side = (count: number) => {
    const name = `${count.toLocaleString('en')} waiting`;
    return { name, system, endpoints: 1, subscribers: 2, perSecond: 200, waiting: count };
  };
  return {
    title: `${system.name}, one subscriber stands still, two others (steady rate 200/s)`,
    sides: [side(waiting), side(0)],
    measures: { backlog: measureBacklog },
    rounds: 1,
    // Long enough for what a worker does every 30 s to fall into it.
    resize: (sizes) => ({ ...sizes, steadyMs: sizes.steadyMs * 5 }),
  };
}

/** What must be true of a message before it counts as kept, from the least to the most. */
export function durability(system: System): Comparison {
  const side = (name: string, fsync: Fsync, replicas = 0) => {
    return { name, system, endpoints: 1, subscribers: 3, perSecond: 500, fsync, replicas };
  };
  return {
    title: `${system.name}, by appendfsync and replicas (steady rate 500/s)`,
    sides: [
      side('no file', 'off'),
      side('no', 'no'),
      side('everysec', 'everysec'),
      side('always', 'always'),
      side('everysec, replicas: 1', 'everysec', 1),
      side('always, replicas: 1', 'always', 1),
    ],
    measures: { accept: measureAccept, steady: measureSteadyAcks },
  };
}

/** Bodies of some sizes, and what each end of a message leaves behind. */
export function sizing(system: System, subscribers: number): Comparison {
  const side = (name: string, bodyBytes: number) => {
    return { name, system, endpoints: 1, subscribers, perSecond: 0, bodyBytes };
  };
  return {
    title: `${system.name}, a message with ${subscribers} subscriber${subscribers === 1 ? '' : 's'}, by body`,
    sides: [side('300 B', 300), side('1 KB', 1_000), side('10 KB', 10_000)],
    measures: { sizing: measureSizing },
    rounds: 1,
  };
}

/** What order costs, and that it holds. */
export function order(system: System): Comparison {
  const side = (name: string, ordered?: Trial['ordered']) => {
    return { name, system, endpoints: 1, subscribers: 1, perSecond: 0, ...(ordered && { ordered }) };
  };
  return {
    title: `${system.name}, messages of 100 devices by order, two workers, one killed`,
    sides: [side('any order'), side('by device', { by: 'device' }), side('ordered: true', true)],
    measures: { ordered: measureOrdered },
  };
}

/** Whether healthy subscribers notice some that are not: one hangs, one trickles, one resets, one is down, all of the time. */
export function isolation(systems: readonly System[]): Comparison {
  const subscribers = 20;
  const perSecond = steadyRate(subscribers);
  const side = (system: System, troubled: boolean) => {
    const name = `${system.name}, ${troubled ? 'beside 4 in trouble' : 'alone'}`;
    return { name, system, endpoints: 1, subscribers, perSecond, troubled };
  };
  return {
    title: `${subscribers} healthy subscribers (steady rate ${perSecond}/s)`,
    sides: systems.flatMap((system) => [side(system, false), side(system, true)]),
    measures: { isolation: measureIsolation },
    // Long enough for attempts that hang to come to their end.
    resize: (sizes) => ({ ...sizes, steadyMs: sizes.steadyMs * 6 }),
  };
}

/** One of three is down while so many messages come, or is not: what that costs, and what the others notice when it is back. */
export function outage(system: System, waiting: number): Comparison {
  const side = (name: string, troubled: boolean) => {
    return { name, system, endpoints: 1, subscribers: 2, perSecond: 200, waiting, troubled };
  };
  return {
    title: `${system.name}, ${waiting.toLocaleString('en')} messages, two subscribers and one (steady rate 200/s)`,
    sides: [side('it is down', true), side('it is well', false)],
    measures: { outage: measureOutage },
    rounds: 1,
    resize: (sizes) => ({ ...sizes, steadyMs: sizes.steadyMs * 3 }),
  };
}

/** Nothing comes in. */
export function idle(systems: readonly System[]): Comparison {
  return {
    title: 'idle, 200 subscribers',
    sides: systems.map((system) => ({ name: system.name, system, endpoints: 1, subscribers: 200, perSecond: 0 })),
    measures: { idle: measureIdle },
    rounds: 1,
  };
}
