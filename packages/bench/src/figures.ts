import { median, sum } from '@relay/testkit';

interface Kind {
  readonly title: string;
  readonly digits: number;
  /** What stands for several rounds. */
  readonly over: (values: readonly number[]) => number;
}

const max = (values: readonly number[]) => Math.max(...values);

/** Everything that is measured, in the order of the table. Figures say their unit in the title. */
export const kinds = {
  acceptedPerSecond: { title: 'accepted/s, worker stopped', digits: 0, over: median },
  ackP50Ms: { title: '  ack p50, ms', digits: 2, over: median },
  ackP99Ms: { title: '  ack p99, ms', digits: 2, over: median },
  acceptCpuUs: { title: '  CPU per accepted message, µs', digits: 0, over: median },
  acceptIngestCpuUs: { title: '    of ingest', digits: 0, over: median },
  acceptRedisCpuUs: { title: '    of Redis', digits: 0, over: median },
  waitingMessages: { title: 'messages waiting for one that stands still', digits: 0, over: median },
  fillSeconds: { title: '  until all were accepted, s', digits: 0, over: median },
  bodyBytes: { title: 'bytes of its body', digits: 0, over: median },
  lookUps: { title: 'values it can be found by', digits: 0, over: median },
  waitingBytes: { title: 'Redis bytes per waiting message', digits: 0, over: median },
  keptBytes: { title: 'Redis bytes per message, delivered to all others', digits: 0, over: median },
  refusedAttempts: { title: 'attempts at the one that is down', digits: 0, over: median },
  deliveredBytes: { title: '  delivered to all', digits: 0, over: median },
  openBytes: { title: '  open for all', digits: 0, over: median },
  deadBytes: { title: '  dead for all', digits: 0, over: median },
  perDeliveredBytes: { title: '  more for each delivery that is delivered', digits: 0, over: median },
  perOpenBytes: { title: '    that is open', digits: 0, over: median },
  perDeadBytes: { title: '    that is dead', digits: 0, over: median },
  runningAcceptedPerSecond: { title: 'accepted/s, all running', digits: 0, over: median },
  runningAckP50Ms: { title: '  ack p50, ms', digits: 2, over: median },
  runningAckP99Ms: { title: '  ack p99, ms', digits: 2, over: median },
  meanwhilePerSecond: { title: '  deliveries/s meanwhile', digits: 0, over: median },
  runningCpuUs: { title: '  CPU per message, until all have it, µs', digits: 0, over: median },
  deliveriesPerSecond: { title: 'deliveries/s, from a backlog', digits: 0, over: median },
  deliveryCpuUs: { title: '  CPU per delivery, µs', digits: 0, over: median },
  deliveryWorkerCpuUs: { title: '    of worker', digits: 0, over: median },
  deliveryRedisCpuUs: { title: '    of Redis', digits: 0, over: median },
  outOfOrder: { title: 'delivered behind a later one of their device', digits: 0, over: sum },
  steadyAckP50Ms: { title: 'ack p50 at the steady rate, ms', digits: 2, over: median },
  steadyAckP99Ms: { title: '  ack p99, ms', digits: 2, over: median },
  deliveredP50Ms: { title: '  receive to delivered p50, ms', digits: 2, over: median },
  deliveredP99Ms: { title: '  receive to delivered p99, ms', digits: 2, over: median },
  reachedPerSecond: { title: 'accepted/s, Redis there', digits: 0, over: median },
  reachedAckP50Ms: { title: '  ack p50, ms', digits: 2, over: median },
  reachedAckP99Ms: { title: '  ack p99, ms', digits: 2, over: median },
  reachedCpuUs: { title: '  CPU of ingest per message, µs', digits: 0, over: median },
  spooledPerSecond: { title: 'accepted/s, Redis away', digits: 0, over: median },
  spooledPart: { title: '  as a part of that with Redis there', digits: 2, over: median },
  spooledAckP50Ms: { title: '  ack p50, ms', digits: 2, over: median },
  spooledAckP99Ms: { title: '  ack p99, ms', digits: 2, over: median },
  spooledCpuUs: { title: '  CPU of ingest per message, µs', digits: 0, over: median },
  drainedMessages: { title: 'messages in the spool when Redis is back', digits: 0, over: median },
  drainSeconds: { title: '  until the log has them, s', digits: 1, over: median },
  drainedPerSecond: { title: '  messages/s', digits: 0, over: median },
  slowestRedisMs: { title: 'slowest command of Redis, ms', digits: 1, over: max },
  standingDrainSeconds: { title: 'until the one that stood still has all, s', digits: 1, over: median },
  idleCpuPercent: { title: 'CPU of the idle worker, % of a core', digits: 1, over: median },
  redisConnections: { title: 'Redis connections', digits: 0, over: median },
  readCpuUs: { title: 'CPU per call, µs', digits: 2, over: median },
  judgeCpuNs: { title: 'CPU per call, ns', digits: 0, over: median },
  spooled: { title: 'messages that went to the spool', digits: 0, over: sum },
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
