import { type Audit, type AuditKind, createAudit, type Finding, type RedisConnection } from '../src/index.ts';
import { day } from './given.ts';

const endpoint = 'carrier';
export const log = `relay:{${endpoint}}:log`;

/** The most rounds that a repair takes: what one mends another may let add up. */
const mostRounds = 3;

export interface Auditing {
  readonly audit: Audit;
  /** Everything that is amiss, or worth a note. */
  look(subscribers?: readonly string[]): Promise<readonly Finding[]>;
  /** How much of each kind. */
  kinds(subscribers?: readonly string[]): Promise<Partial<Record<AuditKind, number>>>;
  /** Mends what can be mended; answers how much that was. */
  mend(subscribers?: readonly string[]): Promise<number>;
}

export function auditing(redis: RedisConnection, { retentionMs = day } = {}): Auditing {
  const audit = createAudit({ redis, retentionMs });

  async function lookDeeply(subscribers: readonly string[]) {
    const audited = { endpoint, subscribers };
    const sums = await audit.sums(audited);
    const deep = await audit.deep(audited, sums, await audit.leftKeys(), () => undefined);
    return { ...deep, findings: [...sums.findings, ...deep.findings] };
  }

  return {
    audit,
    look: async (subscribers = ['billing']) => (await lookDeeply(subscribers)).findings,
    kinds: async (subscribers = ['billing']) =>
      Object.fromEntries((await lookDeeply(subscribers)).findings.map(({ kind, count }) => [kind, count])),
    async mend(subscribers = ['billing']) {
      let mended = 0;
      for (let round = 0; round < mostRounds; round += 1) {
        const look = await lookDeeply(subscribers);
        for (const { count } of await audit.mend(look)) mended += count;
      }
      return mended;
    },
  };
}
