import { type ProcessOptions, type RunningProcess, startProcess } from '@relay/testkit';

const graceMs = 10_000;
const tailLines = 20;
const expectedEnds: readonly (number | NodeJS.Signals)[] = [0, 'SIGTERM', 'SIGINT', 'SIGKILL'];

/** Starts a process of one of the systems. */
export async function startService(options: ProcessOptions): Promise<RunningProcess> {
  const service = await startProcess(options);
  void service.ended.then((end) => {
    if (!expectedEnds.includes(end)) reportEnd(options, service, end);
  });
  return service;
}

/** SIGTERM, and SIGKILL for one that does not end. */
export async function stopService(service: RunningProcess): Promise<void> {
  const timer = setTimeout(() => service.signal('SIGKILL'), graceMs);
  await service.stop();
  clearTimeout(timer);
}

function reportEnd({ args }: ProcessOptions, { stdout, stderr }: RunningProcess, end: number | string): void {
  const output = [...stdout, ...stderr].slice(-tailLines).join('\n');
  process.stderr.write(`bench: ${args.join(' ')} ended with ${end}:\n${output}\n`);
}
