import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '@relay/simulators';
import type { Fault, Happened } from './fault.ts';
import { moment } from './moment.ts';
import type { Planned } from './schedule.ts';
import type { WholeRelay } from './whole-relay.ts';

export interface PlayOptions {
  readonly relay: WholeRelay;
  readonly planned: readonly Planned[];
  readonly faults: readonly Fault[];
  readonly startedAt: number;
  /** It does not end sooner. */
  readonly durationMs: number;
  readonly print: (line: string) => void;
  /** Ends it early, without mending anything; then it rejects. */
  readonly stopping: AbortSignal;
}

/**
 * Breaks what is planned when it is planned, mends it, and resolves with what came about, in order. Where that fails it
 * breaks nothing more, and rejects when all tracks have come to their end.
 */
export async function play({
  relay,
  planned,
  faults,
  startedAt,
  durationMs,
  print,
  stopping,
}: PlayOptions): Promise<Happened[]> {
  const byName = new Map(faults.map((fault) => [fault.name, fault]));
  const happened: Happened[] = [];
  const say = (what: string) => print(`${moment(Date.now() - startedAt)} ${what}`);
  const failing = new AbortController();
  const ending = AbortSignal.any([stopping, failing.signal]);
  const until = (atMs: number) => pause(Math.max(0, startedAt + atMs - Date.now()), undefined, { signal: ending });

  async function playTrack(track: readonly { plan: Planned; fault: Fault }[]): Promise<void> {
    for (const { plan, fault } of track) {
      await until(plan.atMs);
      const begunAt = Date.now();
      const { what = '', end, cutsOffWorkers = false, mend } = await fault.begin(relay, createRandom(plan.seed));
      const brokenAt = Date.now();
      const subject = what === '' ? fault.says : `${fault.says}: ${what}`;
      say(plan.lengthMs === 0 ? subject : `${subject}, for ${(plan.lengthMs / 1000).toFixed(1)} s`);
      await until(plan.atMs + plan.lengthMs);
      await mend?.();
      if (mend !== undefined) say(`${subject}: over`);
      const { name, track } = fault;
      happened.push({ name, track, what, end, cutsOffWorkers, begunAt, brokenAt, endedAt: Date.now() });
    }
  }

  const all = planned.flatMap((plan) => {
    const fault = byName.get(plan.name);
    return fault === undefined ? [] : [{ plan, fault }];
  });
  const tracks = [...Map.groupBy(all, ({ fault }) => fault.track).values()];
  const goings = [...tracks.map(playTrack), until(durationMs)];
  await Promise.all(goings.map((going) => going.catch((error: unknown) => failing.abort(error))));
  ending.throwIfAborted();
  return happened.sort((one, other) => one.begunAt - other.begunAt);
}
