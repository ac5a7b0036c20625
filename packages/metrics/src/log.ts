import process from 'node:process';
import { destination, type Logger, levels, pino, stdTimeFunctions } from 'pino';

/** Lines leave together, but no later than this, in ms: a write for each would cost more than making it. */
const flushEveryMs = 100;
const flushAtBytes = 8_192;

export interface LogOptions {
  readonly service: string;
  /** One of pino's: `debug`, `info`, `warn`, `error`, …; `info` when left out, empty or none of them. */
  readonly level: string | undefined;
}

/** JSON lines on stdout. Whoever ends the process flushes it: pino's own flush at exit waits for ever when nobody reads. */
export function createLog({ service, level }: LogOptions): Logger {
  const formatters = { level: (label: string) => ({ level: label }) };
  const options = { level: knownLevel(level), base: { service }, formatters, timestamp: stdTimeFunctions.isoTime };
  return pino(options, destination({ dest: 1, sync: false, minLength: flushAtBytes, periodicFlush: flushEveryMs }));
}

const allowedLevels = [...Object.values(levels.labels), 'silent'];

function knownLevel(level = ''): string {
  if (allowedLevels.includes(level)) return level;
  if (level !== '') process.stderr.write(`LOG_LEVEL must be one of ${allowedLevels.join(', ')}; going on with info\n`);
  return 'info';
}
