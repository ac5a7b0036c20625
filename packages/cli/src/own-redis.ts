import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Failure } from './failure.ts';
import { notedRedisUrl, noteOfRedisUrl, type Place } from './place.ts';
import { findRedisProgram, installRedisProgram } from './redis-program.ts';
import { type Supervised, supervise, usualGraceMs } from './supervise.ts';

/** The Redis that `relay up` runs when nobody names another. */
export interface OwnRedis extends Supervised {
  readonly url: string;
  /** False when this machine has no real Redis: everything is lost at its end. */
  readonly durable: boolean;
}

interface Options {
  readonly say: (line: string) => void;
  readonly onProcess: () => void;
}

interface Program {
  readonly durable: boolean;
  readonly command: string;
  readonly args: (port: number) => readonly string[];
}

const firstPort = 6380;
const lastPort = 6480;

/** Starts it on a free port and notes its address; what it keeps lies in `.relay/redis` and is there again the next time. */
export async function startOwnRedis(place: Place, options: Options): Promise<OwnRedis> {
  await refuseSecond(place);
  const program = await chooseProgram(place);
  for (let port = firstPort; port <= lastPort; port += 1) {
    const running = await startAt(port, program, place, options);
    if (running === 'taken') continue;
    const url = `redis://127.0.0.1:${port}`;
    await writeFile(noteOfRedisUrl(place), `${url}\n`);
    return {
      url,
      durable: program.durable,
      get pid() {
        return running.pid;
      },
      stop: async () => {
        await running.stop();
        await rm(noteOfRedisUrl(place), { force: true });
      },
    };
  }
  throw new Failure(`No port from ${firstPort} to ${lastPort} is free for Redis; name one that runs in REDIS_URL.`);
}

/** Two of them would write into the same files. */
async function refuseSecond(place: Place): Promise<void> {
  const url = notedRedisUrl(place);
  if (url === undefined || !(await listens(new URL(url)))) return;
  throw new Failure(`A relay runs in this folder already, with its Redis at ${url}. Stop it first.`);
}

async function listens({ hostname, port }: URL): Promise<boolean> {
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function chooseProgram({ folder, environment }: Place): Promise<Program> {
  const files = join(folder, '.relay/redis');
  await mkdir(files, { recursive: true });
  if (findRedisProgram(environment.PATH) === undefined) installRedisProgram(environment.PATH);
  const command = findRedisProgram(environment.PATH);
  if (command === undefined) {
    const script = join(import.meta.dirname, 'memory-redis.ts');
    return { durable: false, command: process.execPath, args: (port) => [script, String(port)] };
  }
  const settings = {
    bind: '127.0.0.1',
    dir: files,
    save: '',
    appendonly: 'yes',
    appendfsync: 'always',
    'maxmemory-policy': 'noeviction',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  return { durable: true, command, args: (port) => ['--port', String(port), ...args] };
}

async function startAt(
  port: number,
  { command, args }: Program,
  { environment }: Place,
  { say, onProcess }: Options,
): Promise<Supervised | 'taken'> {
  const { promise, resolve, reject } = Promise.withResolvers<'ready' | 'taken'>();
  const output: string[] = [];
  let ready = false;
  const running = supervise({
    command,
    args: args(port),
    environment,
    onProcess,
    graceMs: usualGraceMs,
    onKill: () => say('had not ended in time, was killed'),
    onLine: (line) => {
      if (!ready) output.push(line);
      if (!line.includes('Ready to accept connections')) return;
      ready = true;
      resolve('ready');
    },
    startAgain: (how, afterMs) => {
      if (ready) say(`ended (${how}), starts again in ${afterMs} ms`);
      else if (/Address already in use|EADDRINUSE/.test(output.join('\n'))) resolve('taken');
      else reject(new Failure(`Redis did not start (${how}):\n${output.join('\n')}`));
      return ready;
    },
  });
  return (await promise) === 'ready' ? running : 'taken';
}
