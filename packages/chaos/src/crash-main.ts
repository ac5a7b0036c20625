import { type Running, runCommand } from '@relay/testkit';
import { type CrashDeps, runCrash } from './crash.ts';
import { type CrashPlan, crashHelp, crashPlanOf } from './crash-options.ts';
import { runOutage } from './crash-outage.ts';
import { brokenByKills, brokenByOutage, killsTable, outageTable } from './crash-report.ts';

process.exitCode = await runCommand({ name: 'crash', optionsOf: crashPlanOf, run });

async function run(plan: CrashPlan, { stopping, say }: Running): Promise<number> {
  const { table, broken } = await carriedOut(plan, { print: say, stopping });
  process.stdout.write(`${table}\n`);
  for (const sentence of broken) say(sentence);
  return broken.length === 0 ? 0 : 1;
}

async function carriedOut(plan: CrashPlan, deps: CrashDeps): Promise<{ table: string; broken: string[] }> {
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
