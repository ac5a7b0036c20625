import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { eventually } from './eventually.ts';
import { guard } from './guard.ts';

export interface ProcessOptions {
  /** The program; default this Node. */
  readonly command?: string;
  readonly args: readonly string[];
  /** The whole environment but for PATH and HOME: nothing of the developer's own gets in. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What a line of its output matches once it is up; without it, it is up at once. */
  readonly ready?: RegExp;
}

export interface RunningProcess {
  readonly pid: number;
  /** Lines so far. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** The lines of stdout that are JSON objects, parsed. */
  logs(): Record<string, unknown>[];
  /** Resolves when it has ended, with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, then waits for its end. */
  stop(): Promise<number | NodeJS.Signals>;
  /** SIGKILL, then waits for its end. */
  kill(): Promise<number | NodeJS.Signals>;
}

/** Starts a program and waits until it is up. It never outlives the present process. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const running = await spawned(options);
  const { ready } = options;
  if (ready === undefined) return running;

  let ended = false;
  void running.ended.then(() => {
    ended = true;
  });
  await eventually(`${options.args.join(' ')} says ${ready}`, () => {
    return ended || [...running.stdout, ...running.stderr].some((line) => ready.test(line));
  }).catch(async (error: unknown) => {
    await running.kill();
    throw error;
  });
  if (ended) {
    const output = [...running.stdout, ...running.stderr].join('\n');
    throw new Error(`${options.args.join(' ')} ended (${await running.ended}) before it was up:\n${output}`);
  }
  return running;
}

async function spawned({ command = process.execPath, args, env, cwd }: ProcessOptions): Promise<RunningProcess> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(command, args, { cwd, env: { PATH, HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} has no process id`);

  child.once('exit', guard(pid).release);
  const stdout = linesOf(child.stdout);
  const stderr = linesOf(child.stderr);
  const ended = endOf(child);
  const signal = (name: NodeJS.Signals) => {
    child.kill(name);
  };
  const endBy = (name: NodeJS.Signals) => {
    signal(name);
    return ended;
  };
  return {
    pid,
    stdout,
    stderr,
    logs: () => stdout.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line)),
    ended,
    signal,
    stop: () => endBy('SIGTERM'),
    kill: () => endBy('SIGKILL'),
  };
}

function linesOf(stream: Readable): string[] {
  const lines: string[] = [];
  createInterface(stream).on('line', (line) => lines.push(line));
  return lines;
}

async function endOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<number | NodeJS.Signals> {
  const [code, signal] = await once(child, 'close');
  return signal ?? code;
}
