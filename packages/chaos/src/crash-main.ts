import { type CrashDeps, runCrash } from './crash.ts';
import { type CrashPlan, crashHelp, crashPlanOf } from './crash-options.ts';
import { runOutage } from './crash-outage.ts';
import { brokenByKills, brokenByOutage, killsTable, outageTable } from './crash-report.ts';

process.exitCode = await main();

async function main(): Promise<number> {
  const plan = planOrMistake();
  if (typeof plan === 'string') {
    process.stderr.write(`crash: ${plan}\n`);
    return 2;
  }
  const stopping = new AbortController();
  // A Ctrl-C can come twice at once, from the terminal and through the launcher.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  // The launcher was killed. Listening must not keep us alive.
  process.once('disconnect', () => stopping.abort());
  process.channel?.unref();
  const print = (line: string) => process.stderr.write(`crash: ${line}\n`);
  try {
    const { table, broken } = await run(plan, { print, stopping: stopping.signal });
    process.stdout.write(`${table}\n`);
    for (const sentence of broken) print(sentence);
    return broken.length === 0 ? 0 : 1;
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function run(plan: CrashPlan, deps: CrashDeps): Promise<{ table: string; broken: string[] }> {
  switch (plan.kind) {
    case 'help':
      return { table: crashHelp, broken: [] };
    case 'kills': {
      const reports = [];
      for (const options of plan.runs) reports.push(await runCrash(options, deps));
      return { table: killsTable(reports), broken: reports.flatMap(brokenByKills) };
    }
    case 'outage': {
      const report = await runOutage(plan.outage, deps);
      return { table: outageTable(report), broken: brokenByOutage(report) };
    }
  }
}

function planOrMistake(): CrashPlan | string {
  try {
    return crashPlanOf(process.argv.slice(2));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
