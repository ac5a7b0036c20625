import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { type RunningProcess, startProcess } from './process.ts';
import { type RunningRedis, redisProgram, startRedis } from './redis.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface RunningSentinels {
  /** By which name the sentinels know the primary. */
  readonly name: string;
  /** `127.0.0.1:<port>` of each sentinel, as they stand in relay.yaml. */
  readonly sentinels: readonly string[];
  /** As they were at the start. */
  readonly primary: RunningRedis;
  readonly replica: RunningRedis;
  /** Kills the primary; resolves when the replica has taken its place. */
  failOver(): Promise<void>;
  /** Starts the old primary again, as the replica of the new one: the sentinels would take their time for that. */
  bringBack(): Promise<void>;
  stop(): Promise<void>;
}

const name = 'relay';
const sentinelCount = 3;
const quorum = 2;
/** After so long, in ms, a primary that is silent counts as dead. */
const downAfterMs = 500;

/**
 * Starts a real primary with a replica on 127.0.0.1, and three sentinels that watch them. They never outlive the present
 * process. Both keep a file: a primary that came back empty would empty its replica.
 */
export async function startRedisSentinels(): Promise<RunningSentinels> {
  const started: { stop(): Promise<unknown> }[] = [];
  const stop = async () => {
    await Promise.all(started.map((server) => server.stop()));
  };
  async function start<Server extends { stop(): Promise<unknown> }>(starting: Promise<Server>): Promise<Server> {
    const server = await starting;
    started.push(server);
    return server;
  }
  const replicating = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'];
  try {
    const primary = await start(startRedis({ appendFsync: 'always', args: replicating }));
    const replica = await start(
      startRedis({ appendFsync: 'always', args: [...replicating, '--replicaof', '127.0.0.1', String(primary.port)] }),
    );
    await until('the replica follows', replica, async (client) =>
      (await client.info('replication')).includes('master_link_status:up'),
    );
    const sentinels = await Promise.all(
      Array.from({ length: sentinelCount }, () => start(startSentinel(primary.port))),
    );
    for (const sentinel of sentinels) {
      await until('a sentinel knows the others', sentinel, async (client) => {
        const answer = (await client.call('SENTINEL', 'MASTER', name)) as string[];
        const facts = (fact: string) => Number(answer[answer.indexOf(fact) + 1]);
        return facts('num-slaves') === 1 && facts('num-other-sentinels') === sentinelCount - 1;
      });
    }
    return {
      name,
      sentinels: sentinels.map(({ port }) => `127.0.0.1:${port}`),
      primary,
      replica,
      async failOver() {
        await primary.kill();
        await until('the replica is the primary', replica, isPrimary);
      },
      async bringBack() {
        await primary.restart();
        await until('the old primary follows the new one', primary, async (client) => {
          return (await client.replicaof('127.0.0.1', replica.port)) === 'OK';
        });
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startSentinel(
  primaryPort: number,
): Promise<RunningProcess & { readonly url: string; readonly port: number }> {
  const port = await freePort();
  const args = [sentinelFile(primaryPort), '--sentinel', '--port', String(port), '--bind', '127.0.0.1'];
  const sentinel = await startProcess({ command: redisProgram(), args, ready: /\+monitor/ });
  return { ...sentinel, url: `redis://127.0.0.1:${port}`, port };
}

/** Sentinels write into their file what they learn. */
function sentinelFile(primaryPort: number): string {
  const path = join(temporaryFolder(), 'sentinel.conf');
  writeFileSync(
    path,
    [
      `sentinel monitor ${name} 127.0.0.1 ${primaryPort} ${quorum}`,
      `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
      `sentinel failover-timeout ${name} 5000`,
      `sentinel parallel-syncs ${name} 1`,
      '',
    ].join('\n'),
  );
  return path;
}

export async function isPrimary(client: Redis): Promise<boolean> {
  return (await client.info('replication')).includes('role:master');
}

export async function until(
  what: string,
  { url }: Pick<RunningRedis, 'url'>,
  isSo: (client: Redis) => Promise<boolean>,
): Promise<void> {
  const client = new Redis(url);
  try {
    await eventually(what, () => isSo(client));
  } finally {
    client.disconnect();
  }
}
