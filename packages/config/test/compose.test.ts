import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { interpolate } from '../src/interpolate.ts';
import { configurationOf, mistakesOf, plainRedis } from './reading.ts';

const top = new URL('../../../', import.meta.url);
const shipped = readFileSync(new URL('relay.yaml', top), 'utf8');
const composition: Composition = parse(readFileSync(new URL('docker-compose.yml', top), 'utf8'));

interface Composition {
  readonly 'x-service': { readonly environment: Record<string, string | number> };
}

/** What the services see in docker-compose.yml, whose variables are written like ours. */
function environmentWith(own: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(composition['x-service'].environment).map(([name, written]) => {
      const filled = interpolate(String(written), own);
      return [name, 'text' in filled ? filled.text : assert.fail(filled.faults.join())];
    }),
  );
}

test("in compose nothing starts with the demo's password because nobody has set one", () => {
  for (const own of [{}, { THINGSPACE_PASSWORD: '' }]) {
    const mistakes = mistakesOf(shipped, { environment: environmentWith(own) });
    assert.equal(mistakes.length, 1);
    assert.match(
      mistakes[0] ?? '',
      /password: cannot read the file \/run\/secrets\/THINGSPACE_PASSWORD: there is no such/,
    );
  }
  const { endpoints } = configurationOf(shipped, {
    environment: environmentWith({ THINGSPACE_PASSWORD: 'registered' }),
  });
  assert.deepEqual(endpoints[0]?.verify.credentials, [{ username: 'relay', password: 'registered' }]);
});

test('a relay.yaml of your own needs no password of ThingSpace in compose, and has its metrics where they are looked for', () => {
  const own = 'endpoints: [{name: e, source: generic}]\nsubscribers: []';
  const { redis, ingest, worker } = configurationOf(own, { environment: environmentWith({}) });
  assert.deepEqual(redis, plainRedis('redis://redis:6379'));
  assert.deepEqual(ingest.operations, { host: '0.0.0.0', port: 9464 });
  assert.deepEqual(worker.operations, { host: '0.0.0.0', port: 9465 });
});
