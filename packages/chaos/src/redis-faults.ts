import { type FaultProxy, freePort, tailTearer } from '@relay/testkit';
import { endpoints } from './callback.ts';
import { chosen } from './chosen.ts';
import type { Broken, Fault } from './fault.ts';
import { subscribers } from './subscribers.ts';

const atOnce = [0, 0] as const;
const short = [2_000, 10_000] as const;
const long = [5_000, 15_000] as const;

const halfRoundTripMs = 250;
const resetsEveryMs = 1_000;
const thinBytesPerSecond = 30_000;
/** Of the memory in use. */
const fullShare = 0.95;

/** What can happen to Redis itself, to what is in it, and to the way to it. */
export const redisFaults: readonly Fault[] = [
  fault('redis-killed', 'Redis killed', short, async ({ redis }) => {
    await redis.kill();
    return { cutsOffWorkers: true, mend: redis.restart };
  }),
  fault('redis-torn', 'Redis killed in the middle of writing its file', short, async ({ redis, client }) => {
    const tear = await tailTearer(client);
    await redis.kill();
    tear();
    return { cutsOffWorkers: true, mend: redis.restart };
  }),
  fault('redis-frozen', 'Redis frozen', short, async ({ redis }) => {
    redis.pause();
    return { cutsOffWorkers: true, mend: async () => redis.resume() };
  }),
  fault('redis-read-only', 'Redis a replica of nobody', short, async ({ client }) => {
    await client.replicaof('127.0.0.1', await freePort());
    return { mend: async () => void (await client.replicaof('NO', 'ONE')) };
  }),
  fault('redis-full', 'Redis full', short, async ({ client }) => {
    const used = Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
    await client.config('SET', 'maxmemory', Math.floor(used * fullShare));
    return { mend: async () => void (await client.config('SET', 'maxmemory', 0)) };
  }),
  fault(
    'redis-latency',
    'Redis half a second away',
    long,
    onEachWay((way) => way.latency(halfRoundTripMs)),
  ),
  fault(
    'redis-resets',
    'connections reset every second',
    long,
    cuttingOff(onEachWay((way) => way.resetEvery(resetsEveryMs))),
  ),
  fault('redis-black-hole', 'Redis in a black hole', short, cuttingOff(onEachWay((way) => way.blackHole()))),
  fault('redis-half-open', 'connections half-open', long, cuttingOff(onEachWay((way) => way.halfOpen()))),
  fault(
    'redis-bandwidth',
    'a thin line to Redis',
    long,
    onEachWay((way) => way.bandwidth(thinBytesPerSecond)),
  ),
  fault('one-cut-off', 'one process cut off from Redis', long, async ({ parts }, random) => {
    const part = chosen(parts, random);
    await (random.happens(0.5) ? part.way.blackHole() : part.way.refuse());
    return { what: part.name, cutsOffWorkers: part.service === 'worker', mend: part.way.heal };
  }),
  fault('scripts-flushed', 'scripts flushed', atOnce, async ({ client }) => {
    await client.script('FLUSH');
    return {};
  }),
  fault('clients-killed', 'all clients of Redis killed', atOnce, async ({ client }) => {
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal');
    return { cutsOffWorkers: true };
  }),
  fault('cursor-destroyed', 'a cursor destroyed', atOnce, async ({ client }, random) => {
    const endpoint = chosen(endpoints, random).name;
    const subscriber = chosen(
      subscribers.filter(({ receives }) => receives.includes(endpoint)),
      random,
    ).name;
    await client.xgroup('DESTROY', `relay:{${endpoint}}:log`, subscriber);
    return { what: `${subscriber} at ${endpoint}` };
  }),
  fault('alarms-deleted', 'alarms deleted', atOnce, async ({ client }, random) => {
    const { name } = chosen(
      subscribers.filter(({ manner }) => manner === 'failing' || manner === 'flapping'),
      random,
    );
    const keys = (await client.keys('relay:retries:*')).filter((key) => key.includes(name));
    if (keys.length > 0) await client.del(keys);
    return { what: `${name}, ${keys.length} keys` };
  }),
];

function fault(name: string, says: string, lengthMs: Fault['lengthMs'], begin: Fault['begin']): Fault {
  return { name, says, track: 'redis', lengthMs, begin };
}

type Begin = Fault['begin'];

function onEachWay(spoil: (way: FaultProxy) => Promise<void>): Begin {
  return async ({ parts }) => {
    await Promise.all(parts.map(({ way }) => spoil(way)));
    return {
      mend: async () => {
        await Promise.all(parts.map(({ way }) => way.heal()));
      },
    };
  };
}

function cuttingOff(begin: Begin): Begin {
  return async (relay, random): Promise<Broken> => ({ ...(await begin(relay, random)), cutsOffWorkers: true });
}
