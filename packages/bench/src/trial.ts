import type { Figures } from './figures.ts';
import type { Fsync } from './stage.ts';
import type { System } from './system.ts';

/** One system under one load. */
export interface Trial {
  readonly system: System;
  readonly endpoints: number;
  readonly subscribers: number;
  /** Messages a second where the rate is steady. */
  readonly perSecond: number;
  readonly fsync: Fsync;
  /** That Redis has, and that a message must have reached; default 0. */
  readonly replicas?: number;
  /** Default `bodyBytes` of callback.ts. */
  readonly bodyBytes?: number;
  /** Messages that wait for one more subscriber, which stands still. */
  readonly waiting?: number;
  /** Whether there are more subscribers, which take nothing. */
  readonly troubled?: boolean;
  /** How the messages are to be delivered; default: in any order. */
  readonly ordered?: true | { readonly by: 'device' };
  readonly sizes: Sizes;
  /** From 1; also the seed of the steady rate's gaps. */
  readonly round: number;
  readonly signal: AbortSignal;
}

export type Measure = (trial: Trial) => Promise<Figures>;

/** How much is done of each, so that a run ends in a bounded time. */
export interface Sizes {
  /** Before the clock of acceptance starts. */
  readonly warmUpMs: number;
  readonly acceptMs: number;
  /** Of a backlog, and again of a load with everything running; all subscribers together. */
  readonly deliveries: number;
  /** Messages, however many subscribers there are. */
  readonly leastBacklog: number;
  readonly leastLoad: number;
  readonly steadyMs: number;
  /** Without any arrival for so long, what is missing counts as lost. */
  readonly stallMs: number;
  /** From the start until what a start does is over. */
  readonly settleMs: number;
  readonly idleMs: number;
}

export const fullSizes: Sizes = {
  warmUpMs: 5_000,
  acceptMs: 4_000,
  deliveries: 50_000,
  leastBacklog: 200,
  leastLoad: 400,
  steadyMs: 4_000,
  stallMs: 30_000,
  settleMs: 5_000,
  idleMs: 12_000,
};

export const quickSizes: Sizes = {
  warmUpMs: 700,
  acceptMs: 1_300,
  deliveries: 6_000,
  leastBacklog: 150,
  leastLoad: 300,
  steadyMs: 3_000,
  stallMs: 30_000,
  settleMs: 3_000,
  idleMs: 6_000,
};
