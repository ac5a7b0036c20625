import { styleText } from 'node:util';
import {
  type Counts,
  isAccepted,
  isFine,
  type Report,
  simulate as run,
  type SimulateOptions,
  type VendorName,
} from '@relay/simulators';
import { answerLine, answersIn } from './answer-line.ts';
import { Failure } from './failure.ts';
import { createLiveLine } from './live-line.ts';
import type { Place } from './place.ts';
import { type SimulateFlags, simulateOptions } from './simulate-options.ts';
import { table } from './table.ts';

export interface SimulateCommand {
  readonly place: Place;
  readonly stopping: AbortSignal;
  readonly flags: SimulateFlags;
}

/** More are counted only. */
const mostLines = 10;

/** Sends what a vendor sends and tells how it was answered. */
export async function simulate(vendor: VendorName, { place, stopping, flags }: SimulateCommand): Promise<void> {
  const options = await simulateOptions(vendor, flags, place);
  const to = shown(flags, options);
  const live = createLiveLine();
  const startedAt = performance.now();
  let lines = 0;
  if (!flags.json) console.log(`${vendor} → ${to}  ${styleText('dim', `seed ${options.seed}`)}`);

  const report = await run({
    ...options,
    stopping,
    remember: false,
    onAttempt: ({ what }, { answer }, counts) => {
      lines += 1;
      if (!flags.json && lines <= mostLines)
        live.print(`${what}  ${answerLine(isAccepted(answer) ? { ...answer, text: '' } : answer)}`);
      live.show(() => progressOf(counts(), performance.now() - startedAt));
    },
  });
  live.end();

  const { sent: _, ...counted } = report;
  if (flags.json) console.log(JSON.stringify({ vendor, to, seed: options.seed, fine: isFine(report), ...counted }));
  else console.log(summaryOf(report, options));
  if (!isFine(report)) throw new Failure(troubleWith(report));
}

/** Without what may be a secret in it: of a URL that was given, nobody can tell. */
function shown({ to }: SimulateFlags, { url }: SimulateOptions): string {
  return to === undefined ? url : new URL(to).origin;
}

function progressOf({ requests, attempts, resends, repetitions, byStatus }: Counts, elapsedMs: number): string {
  const begun = attempts - resends - repetitions;
  const perSecond = Math.round((attempts * 1000) / elapsedMs);
  return `${begun} sent, ${answersIn(byStatus)}, ${begun - requests} waiting to be sent again, ${perSecond}/s`;
}

const ends = ['accepted', 'refused', 'unfinished', 'forged refused', 'forged accepted', 'attempts'];

function summaryOf(report: Report, { seed }: SimulateOptions): string {
  const { kinds, requests, callbacks, attempts, resends, repetitions, byStatus, answeredMs, elapsedMs } = report;
  const rows = [...kinds, { kind: 'all', genuine: report.genuine, forged: report.forged, attempts }].map((row) => {
    const { genuine, forged } = row;
    const numbers = [
      genuine.accepted,
      genuine.refused,
      genuine.unfinished + forged.unfinished,
      forged.refused,
      forged.accepted,
    ];
    return [row.kind, ...[...numbers, row.attempts].map(String)];
  });
  const times = answeredMs === undefined ? '' : `; p50 ${answeredMs.p50} ms, p99 ${answeredMs.p99} ms`;
  return [
    '',
    table(['kind', ...ends], rows, ends),
    '',
    `${requests} requests with ${callbacks} callbacks in ${(elapsedMs / 1000).toFixed(1)} s: ${attempts} attempts, of them ${resends} resends and ${repetitions} repetitions`,
    `${answersIn(byStatus)}${times}`,
    `again: --seed ${seed}`,
  ].join('\n');
}

function troubleWith({ genuine, forged, answeredMs }: Report): string {
  return [
    ...(answeredMs === undefined ? ['Nothing was answered.'] : []),
    ...(genuine.refused > 0 ? [`${genuine.refused} genuine requests were refused.`] : []),
    ...(forged.accepted > 0 ? [`${forged.accepted} forged requests were accepted.`] : []),
  ].join(' ');
}
