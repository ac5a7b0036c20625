import { median, sum } from './statistics.ts';

interface Kind {
  readonly title: string;
  readonly digits: number;
  /** What stands for several rounds. */
  readonly over: (values: readonly number[]) => number;
}

/** Everything that is measured, in the order of the table. Figures say their unit in the title. */
export const kinds = {
  acceptedPerSecond: { title: 'accepted/s, 64 connections', digits: 0, over: median },
  ackP50Ms: { title: '  ack p50, ms', digits: 2, over: median },
  ackP99Ms: { title: '  ack p99, ms', digits: 2, over: median },
  ingestCpuUs: { title: '  CPU of ingest per message, µs', digits: 0, over: median },
  acceptRedisCpuUs: { title: '  CPU of Redis per message, µs', digits: 0, over: median },
  waitingBytes: { title: 'Redis bytes per waiting message', digits: 0, over: median },
  deliveriesPerSecond: { title: 'deliveries/s', digits: 0, over: median },
  workerCpuUs: { title: '  CPU of worker per delivery, µs', digits: 0, over: median },
  redisCpuUs: { title: '  CPU of Redis per delivery, µs', digits: 0, over: median },
  receiversCpuUs: { title: '  CPU of receivers per delivery, µs', digits: 0, over: median },
  steadyAckP50Ms: { title: 'ack p50 at the steady rate, ms', digits: 2, over: median },
  steadyAckP99Ms: { title: '  ack p99, ms', digits: 2, over: median },
  deliveredP50Ms: { title: '  receive to delivered p50, ms', digits: 2, over: median },
  deliveredP99Ms: { title: '  receive to delivered p99, ms', digits: 2, over: median },
  idleCpuPercent: { title: 'CPU of the idle worker, % of a core', digits: 1, over: median },
  redisConnections: { title: 'Redis connections', digits: 0, over: median },
  refused: { title: 'posts not answered 2xx', digits: 0, over: sum },
  lost: { title: 'deliveries lost', digits: 0, over: sum },
  repeated: { title: 'deliveries repeated', digits: 0, over: sum },
} as const satisfies Record<string, Kind>;

export type FigureName = keyof typeof kinds;
export type Figures = Partial<Record<FigureName, number>>;

export const figureNames = Object.keys(kinds) as readonly FigureName[];

/** Several rounds' figures as one. */
export function overRounds(rounds: readonly Figures[]): Figures {
  const figures: Figures = {};
  for (const name of figureNames) {
    const values = rounds.map((round) => round[name]).filter((value) => value !== undefined);
    if (values.length > 0) figures[name] = kinds[name].over(values);
  }
  return figures;
}
