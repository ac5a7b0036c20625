import { styleText } from 'node:util';
import type { Configuration } from '@relay/config';
import { withoutPassword } from './journal.ts';
import type { OwnRedis } from './own-redis.ts';
import { reachable } from './services.ts';

const mostEndpoints = 5;
const exampleSample = 'packages/testkit/samples/thingspace-rest/carrier-activate-success.json';

/** What somebody who just started the relay wants to know. */
export function welcome({ ingest, worker, endpoints, redis }: Configuration, ownRedis: OwnRedis | undefined): string {
  const [listener] = ingest.listeners;
  const posts = endpoints
    .slice(0, mostEndpoints)
    .map(({ name, path }) => `post    ${listener ? reachable(listener) : ''}${path}  ${styleText('dim', name)}`);
  const more = endpoints.length - posts.length;
  const looks = [
    `look    ${reachable(ingest.operations)}/ready and /metrics  ${styleText('dim', 'ingest')}`,
    `        ${reachable(worker.operations)}/ready and /metrics  ${styleText('dim', 'worker')}`,
    `redis   ${withoutPassword(redis.url)}  ${styleText('dim', whose(ownRedis))}`,
  ];
  const [first] = endpoints;
  const tries = [`send    npx relay send ${exampleSample} --endpoint ${first?.name}`, '        npx relay status'];
  const lines = [
    ...posts,
    ...(more > 0 ? [`        and ${more} more: npx relay check`] : []),
    ...looks,
    ...(first ? tries : []),
    'Ctrl-C ends it.',
  ];
  const warning = ownRedis?.durable === false ? [notDurable] : [];
  return [
    '',
    styleText(['bold', 'green'], 'The relay is ready.'),
    ...lines.map((line) => `  ${line}`),
    ...warning,
    '',
  ].join('\n');
}

function whose(ownRedis: OwnRedis | undefined): string {
  if (ownRedis === undefined) return 'as configured';
  return ownRedis.durable ? 'own, kept in .relay/redis' : 'own, in memory only';
}

const notDurable = styleText(
  ['bold', 'red'],
  [
    '',
    '  ############################################################################',
    '  #  NOTHING IS KEPT: there is no Redis on this machine, so a makeshift one  #',
    '  #  holds everything in memory. What was not delivered is lost at the end.  #',
    '  #  Install redis-server or valkey-server, or name a Redis in REDIS_URL.    #',
    '  ############################################################################',
  ].join('\n'),
);
