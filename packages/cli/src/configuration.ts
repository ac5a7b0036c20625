import { relative } from 'node:path';
import { type Configuration, describeMistakes, loadConfiguration } from '@relay/config';
import { exitCodes, Failure } from './failure.ts';
import { configurationFile, notedRedisUrl, type Place } from './place.ts';

/** The configuration in force here; its Redis is the one of `relay up` unless REDIS_URL says otherwise. */
export async function openConfiguration(place: Place, given?: string): Promise<Configuration> {
  const file = configurationFile(place, given);
  const { REDIS_URL = notedRedisUrl(place) } = place.environment;
  const path = relative(place.folder, file);
  const reading = await loadConfiguration(path.startsWith('..') ? file : path, { ...place.environment, REDIS_URL });
  if ('mistakes' in reading) throw new Failure(describeMistakes(reading.mistakes), exitCodes.wrongUse);
  return reading.configuration;
}

const stillInForce = 'A relay that runs goes on with what was in force; --config <file> can name an older copy.';

/** The same for commands that look at a relay, which mistakes made since it read the file leave as it is. */
export async function openConfigurationToLook(place: Place, given?: string): Promise<Configuration> {
  try {
    return await openConfiguration(place, given);
  } catch (error) {
    throw error instanceof Failure ? new Failure(`${error.message}\n${stillInForce}`, error.exitCode) : error;
  }
}

/** Stands for the address of a Redis that nobody has named, to see whether the configuration asks for one. */
const undecided = 'redis://undecided.invalid:6379';

/** Whether neither the environment nor the configuration says which Redis it is. */
export async function asksForRedis(place: Place, given?: string): Promise<boolean> {
  if (place.environment.REDIS_URL) return false;
  const environment = { ...place.environment, REDIS_URL: undecided };
  const { redis } = await openConfiguration({ ...place, environment }, given);
  return 'url' in redis && redis.url === undecided;
}
