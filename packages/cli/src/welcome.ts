import { styleText } from 'node:util';
import type { Configuration } from '@relay/config';
import type { Endpoint, SourceName } from '@relay/core';
import { enumerate } from './enumerate.ts';
import type { OwnRedis } from './own-redis.ts';
import { withSecretMarks } from './secret-marks.ts';
import { reachable } from './services.ts';
import { shownRedis } from './shown-redis.ts';
import { ingestOf } from './target.ts';
import { strangerWarnings } from './warnings.ts';

const mostEndpoints = 5;
const samples: Readonly<Record<Exclude<SourceName, 'generic'>, string>> = {
  thingspace: 'thingspace-rest/carrier-activate-success.json',
  'thingspace-soap': 'thingspace-soap/carrier-changeidentifier.xml',
  voximplant: 'voximplant/activate_successful.json',
  'ixc-acs': 'ixc-acs/reply-reboot-success.json',
};

/** What somebody who just started the relay wants to know. */
export function welcome(configuration: Configuration, ownRedis: OwnRedis | undefined): string {
  const { ingest, worker, endpoints, redis } = configuration;
  const posts = endpoints.slice(0, mostEndpoints).map((endpoint) => {
    const { url } = ingestOf(configuration, endpoint);
    return `post    ${withSecretMarks(url, endpoint.verify)}  ${styleText('dim', endpoint.name)}`;
  });
  const more = endpoints.length - posts.length;
  const looks = [
    `look    ${reachable(ingest.operations)}/ready and /metrics  ${styleText('dim', 'ingest')}`,
    `        ${reachable(worker.operations)}/ready and /metrics  ${styleText('dim', 'worker')}`,
    `redis   ${shownRedis(redis)}  ${styleText('dim', whose(ownRedis))}`,
  ];
  const [first] = endpoints;
  const lines = [
    ...posts,
    ...(more > 0 ? [`        and ${more} more: npx relay check`] : []),
    ...looks,
    ...(first ? tries(first) : []),
    'Ctrl-C ends it.',
  ];
  return [
    '',
    styleText(['bold', 'green'], 'The relay is ready.'),
    ...lines.map((line) => `  ${line}`),
    ...strangerWarnings(endpoints).flatMap((warning) => ['', `  ${styleText('yellow', 'Warning')} ${warning}`]),
    ...(ownRedis?.durable === false ? [notDurable] : []),
    '',
  ].join('\n');
}

/** What somebody who just started the relay wants to know while Redis is not there. */
export function waiting({ redis, ingest }: Configuration): string {
  const urls = enumerate(ingest.listeners.map(reachable));
  return `Waiting for Redis at ${shownRedis(redis)}; callbacks to ${urls} are kept in the spool meanwhile.`;
}

function tries({ name, source }: Endpoint): readonly string[] {
  const status = '        npx relay status';
  if (source === 'generic') return [`send    npx relay send <your file> --endpoint ${name}`, status];
  return [
    `send    npx relay send packages/testkit/samples/${samples[source]} --endpoint ${name}`,
    `        npx relay simulate ${source} --endpoint ${name}`,
    status,
  ];
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
