import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port.ts';
import { type RunningProcess, startProcess } from './process.ts';

export interface RedisOptions {
  /** Keeps an append-only file with this `appendfsync`, so that data is there after a restart; without it, nothing is. */
  readonly appendFsync?: 'always' | 'everysec' | 'no';
  /** More arguments for the program, such as `['--requirepass', 'secret']`. */
  readonly args?: readonly string[];
}

export interface RunningRedis {
  readonly url: string;
  readonly port: number;
  /** Of the program running now; another one after a restart. */
  readonly pid: number;
  /** Ends it and forgets its data. */
  stop(): Promise<void>;
  /** SIGKILL; `restart` brings it back with what its append-only file holds. */
  kill(): Promise<void>;
  /** Ends it, if it runs, and starts it again on the same port and folder. */
  restart(): Promise<void>;
  /** Freezes it (SIGSTOP): connections stay open, nothing is answered. */
  pause(): void;
  resume(): void;
}

const programs = ['redis-server', 'valkey-server'];

/** Starts a real Redis (or Valkey) of one's own on a free port of 127.0.0.1. It never outlives the present process. */
export async function startRedis({ appendFsync, args = [] }: RedisOptions = {}): Promise<RunningRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'relay-redis-'));
  const persistence =
    appendFsync === undefined ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--appendfsync', appendFsync];
  const settings = ['--bind', '127.0.0.1', '--dir', folder, '--save', '', ...persistence, ...args];

  let { port, program } = await startSomewhere(settings);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return program.pid;
    },
    async stop() {
      await program.kill();
      await rm(folder, { recursive: true, force: true });
    },
    async kill() {
      await program.kill();
    },
    async restart() {
      program.signal('SIGCONT');
      await program.stop();
      program = await startAt(port, settings);
    },
    pause: () => program.signal('SIGSTOP'),
    resume: () => program.signal('SIGCONT'),
  };
}

export const missingRedisProgram =
  'The tests need a real Redis: install redis-server or valkey-server (Debian and Ubuntu: apt-get install redis-server; macOS: brew install redis).';

export function hasRedisProgram(): boolean {
  return programs.some(isOnPath);
}

async function startSomewhere(settings: readonly string[]): Promise<{ port: number; program: RunningProcess }> {
  for (;;) {
    const port = await freePort();
    try {
      return { port, program: await startAt(port, settings) };
    } catch (error) {
      // Somebody else's test can take the port between our look and Redis' own.
      if (!String(error).includes('Address already in use')) throw error;
    }
  }
}

async function startAt(port: number, settings: readonly string[]): Promise<RunningProcess> {
  return startProcess({
    command: redisProgram(),
    args: ['--port', String(port), ...settings],
    ready: /Ready to accept connections/,
  });
}

export function redisProgram(): string {
  const command = programs.find(isOnPath);
  if (command === undefined) throw new Error(missingRedisProgram);
  return command;
}

function isOnPath(program: string): boolean {
  const folders = process.env.PATH?.split(delimiter) ?? [];
  return folders.some((folder) => existsSync(join(folder, program)));
}
