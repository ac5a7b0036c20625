import process from 'node:process';
import { type Configuration, describeMistakes, loadConfiguration, watchConfiguration } from '@relay/config';
import { destination, type Logger, pino, stdTimeFunctions } from 'pino';
import { createIngest, type Ingest } from './ingest.ts';

const environment = process.env;
const path = environment.RELAY_CONFIG ?? 'relay.yaml';

const loaded = await loadConfiguration(path, environment);
if ('mistakes' in loaded) {
  end(describeMistakes(loaded.mistakes), 2);
} else {
  const log = createLog(environment.LOG_LEVEL ?? 'info');
  await run(loaded.configuration, log).catch((error: Error) => end(`ingest: ${error.message}`, 1));
}

async function run(configuration: Configuration, log: Logger): Promise<void> {
  const ingest = createIngest({ configuration, log });
  try {
    log.info(await ingest.listen(), 'ingest.listening');
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
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'ingest.ending');
      watch.close();
      void ingest.close().then(() => {
        log.info('ingest.ended');
        // If nobody reads the lines any more, this finds it out; pino's own flush at exit would try for ever.
        log.flush();
      });
    });
  }
}

/** Lines leave together, at the latest after a tenth of a second: a write for each would cost a fifth of the callbacks. */
function createLog(level: string): Logger {
  const formatters = { level: (label: string) => ({ level: label }) };
  const options = { level, base: { service: 'ingest' }, formatters, timestamp: stdTimeFunctions.isoTime };
  return pino(options, destination({ dest: 1, sync: false, minLength: 8_192, periodicFlush: 100 }));
}

function end(sentence: string, exitCode: number): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = exitCode;
}
