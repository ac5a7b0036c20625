import process from 'node:process';
import { type Configuration, describeMistakes, loadConfiguration, watchConfiguration } from '@relay/config';
import { adoptConsole, createLog } from '@relay/metrics';
import type { Logger } from 'pino';
import { createIngest, type Ingest } from './ingest.ts';

const environment = process.env;
const path = environment.RELAY_CONFIG ?? 'relay.yaml';

const loaded = await loadConfiguration(path, environment);
if ('mistakes' in loaded) {
  end(describeMistakes(loaded.mistakes), 2);
} else {
  const log = createLog({ service: 'ingest', level: environment.LOG_LEVEL });
  adoptConsole(log);
  await run(loaded.configuration, log).catch((error: Error) => end(`ingest: ${error.message}`, 1));
}

async function run(configuration: Configuration, log: Logger): Promise<void> {
  const ingest = await createIngest({ configuration, log });
  try {
    log.info(await ingest.listen(), 'ingest.started');
  } catch (error) {
    await ingest.close();
    throw error;
  }
  followChanges(configuration, ingest, log);
}

function followChanges(current: Configuration, ingest: Ingest, log: Logger): void {
  const watch = watchConfiguration({
    path,
    environment,
    current,
    onChange: ingest.change,
    onMistakes: (mistakes) => ingest.turnDown(describeMistakes(mistakes)),
  });
  process.on('SIGHUP', () => void watch.reload());
  const endings = ['SIGTERM', 'SIGINT'] as const;
  const stop = (signal: string) => {
    for (const each of endings) process.off(each, stop).on(each, ingest.hurry);
    log.info({ signal }, 'ingest.stopping');
    watch.close();
    void ingest.close().then(() => {
      log.info('ingest.stopped');
      log.flush();
    });
  };
  for (const each of endings) process.on(each, stop);
}

function end(sentence: string, exitCode: number): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = exitCode;
}
