import { readFileSync } from 'node:fs';

const ticksPerSecond = 100; // USER_HZ, the same on every Linux that Node runs on

/** Starts to count; the answer says how many µs each process has used since. */
export function countCpu<Name extends string>(pids: Readonly<Record<Name, number>>): () => Record<Name, number> {
  const entries = Object.entries<number>(pids).map(([name, pid]) => ({ name, pid, before: cpuSeconds(pid) }));
  return () => {
    const used = entries.map(({ name, pid, before }) => [name, (cpuSeconds(pid) - before) * 1e6]);
    return Object.fromEntries(used) as Record<Name, number>;
  };
}

/** CPU seconds that a process has used so far, in user and kernel mode, all its threads together. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The program's name stands in brackets and may itself hold blanks and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
