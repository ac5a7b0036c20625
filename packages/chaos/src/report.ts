import { percentile } from '@relay/testkit';
import { type Aftermath, aftermathsOf, causesOf, type Held, heldBy, unacknowledged } from './aftermath.ts';
import type { Arrival } from './arrivals.ts';
import { brokenPromises, refusals } from './broken-promises.ts';
import type { ChaosOptions } from './chaos.ts';
import { checkIds, type Verdict } from './check-ids.ts';
import { sumOver } from './exposition.ts';
import type { Happened } from './fault.ts';
import { inSeconds } from './in-seconds.ts';
import { type LogLines, logLinesOf } from './log-lines.ts';
import type { Part } from './part.ts';
import { isAcknowledged } from './post.ts';
import { subscribers } from './subscribers.ts';
import type { VendorPost } from './vendor.ts';
import type { WholeRelay } from './whole-relay.ts';

/** What a run came to. */
export interface Report {
  readonly seed: number;
  readonly seconds: number;
  readonly rate: number;
  readonly posted: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly cutOff: number;
  readonly ackMs: { readonly p50: number; readonly p99: number; readonly p999: number; readonly max: number };
  readonly verdicts: readonly Verdict[];
  readonly repeatsByCause: Readonly<Record<string, number>>;
  readonly happened: readonly Happened[];
  readonly aftermaths: readonly Aftermath[];
  readonly held: readonly Held[];
  readonly parts: readonly PartReport[];
  /** From the last post until nothing was left to do, ms. */
  readonly settledMs: number;
  /** Deliveries and messages in spools that were left then; NaN when a process did not say. */
  readonly left: number;
  /** Promises of the relay that were broken, a sentence each. */
  readonly broken: readonly string[];
  /** What took longer than it should, a sentence each: that can be the machine's fault. */
  readonly slow: readonly string[];
}

export interface PartReport {
  readonly name: string;
  readonly lives: number;
  readonly ownEnds: readonly string[];
  readonly lines: LogLines;
  /** Of a worker; NaN when it does not say. */
  readonly ledgerDifference?: number;
  /** Of an ingest, in messages; NaN when it does not say. */
  readonly spooled?: number;
}

export interface Finished {
  readonly options: ChaosOptions;
  readonly relay: WholeRelay;
  readonly posts: readonly VendorPost[];
  readonly arrivals: readonly Arrival[];
  readonly happened: readonly Happened[];
  /** Epoch ms. */
  readonly startedAt: number;
  readonly settledMs: number;
  readonly left: number;
}

/** What should be held on a machine with nothing else to do. */
const limits = { ackP999Ms: 2_000, firstDeliveryMs: 5_000, heldMs: 20_000 };

export async function reportOf(finished: Finished): Promise<Report> {
  const { options, relay, posts, arrivals, happened, startedAt, settledMs, left } = finished;
  const acknowledged = posts.filter(isAcknowledged);
  const acks = acknowledged.map(({ ackMs }) => ackMs);
  const verdicts = checkIds({ posts, arrivals, subscribers });
  const { refused, cutOff } = unacknowledged(posts, happened);
  const figures = {
    seed: options.seed,
    seconds: options.durationMs / 1000,
    rate: options.rate,
    posted: posts.length,
    acknowledged: acknowledged.length,
    refused: refused.length,
    cutOff: cutOff.length,
    ackMs: {
      p50: percentile(acks, 50),
      p99: percentile(acks, 99),
      p999: percentile(acks, 99.9),
      max: percentile(acks, 100),
    },
    verdicts,
    repeatsByCause: causesOf(
      verdicts.flatMap(({ repeats }) => repeats),
      happened,
    ),
    happened,
    aftermaths: aftermathsOf({ happened, arrivals: of(arrivals, 'steady'), posts }),
    held: heldBy(happened, of(arrivals, 'slow')),
    parts: await Promise.all(relay.parts.map(partReport)),
    settledMs,
    left,
  };
  return { ...figures, broken: [...brokenPromises(figures), ...refusals(refused, startedAt)], slow: slowness(figures) };
}

type Figures = Omit<Report, 'broken' | 'slow'>;

function of(arrivals: readonly Arrival[], manner: 'steady' | 'slow'): Arrival[] {
  const names = new Set(subscribers.filter((each) => each.manner === manner).map(({ name }) => name));
  return arrivals.filter(({ subscriber }) => names.has(subscriber));
}

async function partReport(part: Part): Promise<PartReport> {
  return {
    name: part.name,
    lives: part.lives,
    ownEnds: part.ownEnds,
    lines: logLinesOf(part.logs()),
    ...(part.service === 'worker'
      ? { ledgerDifference: await sumOver([part], ['relay_ledger_difference']) }
      : { spooled: await sumOver([part], ['relay_spool_messages']) }),
  };
}

function slowness({ ackMs, aftermaths, held }: Figures): string[] {
  const slow: string[] = [];
  if (ackMs.p999 > limits.ackP999Ms) slow.push(`1 of 1,000 acknowledgements took ${inSeconds(ackMs.p999)}`);
  for (const { name, worstMs } of aftermaths) {
    if (worstMs > limits.firstDeliveryMs) slow.push(`The first delivery after ${name} took ${inSeconds(worstMs)}`);
  }
  for (const { worker, firstMs } of held) {
    if (firstMs > limits.heldMs) slow.push(`The first delivery of what ${worker} held took ${inSeconds(firstMs)}`);
  }
  return slow;
}
