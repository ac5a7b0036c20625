import assert from 'node:assert/strict';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually, freePort, startProcess, startRedis, temporaryFolder } from '@relay/testkit';
import { first, second } from './certificates.ts';
import { createSecureVendor } from './secure-vendor.ts';
import { beginPost, callback, carrier, credentials, post } from './station.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

function yamlOf(redis: string, port: number, paths: readonly string[], tls?: { cert: string; key: string }): string {
  const endpoints = paths.map((path) => ({
    name: path.slice(1).replace('/', '-'),
    source: 'thingspace',
    path,
    verify: { credentials: [credentials] },
  }));
  const ingest = {
    listeners: [{ host: '127.0.0.1', port, tls }],
    operations: { host: '127.0.0.1', port: 0 },
    spool: { directory: temporaryFolder() },
  };
  // JSON is YAML.
  return JSON.stringify({ redis, ingest, endpoints, subscribers: [] });
}

function fileWith(text: string): string {
  const path = join(temporaryFolder(), 'relay.yaml');
  writeFileSync(path, text);
  return path;
}

function startMain(path: string) {
  return startProcess({ args: [main], env: { RELAY_CONFIG: path }, ready: /ingest\.started/ });
}

suite('main', () => {
  test('a bad configuration: every mistake on stderr, exit code 2', async () => {
    const path = fileWith('endpoints: 7\nnonsense: 1\n');
    const ingest = await startProcess({ args: [main], env: { RELAY_CONFIG: path } });
    assert.equal(await ingest.ended, 2);
    assert.match(ingest.stderr.join('\n'), /relay\.yaml:1:1 endpoints: .*\n(.*\n)*.*relay\.yaml:2:1 nonsense: /);
    assert.deepEqual(ingest.stdout, []);
  });

  test('no configuration: a sentence, exit code 2', async () => {
    const ingest = await startProcess({ args: [main], cwd: temporaryFolder() });
    assert.equal(await ingest.ended, 2);
    assert.equal(ingest.stderr.length, 1);
    assert.match(ingest.stderr[0] ?? '', /^relay\.yaml: /);
  });

  test('a port in use: a sentence, exit code 1', async (t) => {
    const redis = await startRedis();
    t.after(() => redis.stop());
    const ingest = await startProcess({
      args: [main],
      env: { RELAY_CONFIG: fileWith(yamlOf(redis.url, redis.port, [])) },
    });
    assert.equal(await ingest.ended, 1);
    assert.equal(ingest.stderr.length, 1);
    assert.match(ingest.stderr[0] ?? '', new RegExp(`^ingest: port ${redis.port} on 127.0.0.1 is in use`));
    assert.deepEqual(
      ingest.logs().filter(({ msg }) => msg === 'redis.away'),
      [],
      'a connection that is being ended is no outage',
    );
  });

  test('it follows the file and SIGHUP, and SIGTERM ends it with exit code 0', async (t) => {
    const redis = await startRedis();
    t.after(() => redis.stop());
    const port = await freePort();
    const path = fileWith(yamlOf(redis.url, port, [carrier.path]));
    const ingest = await startMain(path);
    t.after(() => ingest.kill());
    const statusOf = async (place: string) => (await post(`http://127.0.0.1:${port}${place}`, callback())).status;
    await eventually('the first configuration is in force', async () => (await statusOf(carrier.path)) === 200);

    writeFileSync(`${path}.next`, yamlOf(redis.url, port, [carrier.path, '/added']));
    renameSync(`${path}.next`, path);
    await eventually('the file as it is now is in force', async () => (await statusOf('/added')) === 200);

    writeFileSync(path, 'endpoints: 7');
    ingest.signal('SIGHUP');
    await eventually('the mistake is said', () => ingest.logs().some(({ msg }) => msg === 'configuration.rejected'));
    assert.equal(await statusOf('/added'), 200);

    assert.equal(await ingest.stop(), 0);
    assert.equal(ingest.logs().at(-1)?.msg, 'ingest.stopped');
    assert.deepEqual(ingest.stderr, []);
  });

  test('a second SIGTERM ends it as soon as what is under way is answered', async (t) => {
    const redis = await startRedis();
    t.after(() => redis.stop());
    const port = await freePort();
    const url = `http://127.0.0.1:${port}${carrier.path}`;
    const ingest = await startMain(fileWith(yamlOf(redis.url, port, [carrier.path])));
    t.after(() => ingest.kill());
    const body = callback();
    const half = await beginPost(url, body.slice(0, 10), body.length);
    ingest.signal('SIGTERM');
    await eventually('the port is closed', () => assert.rejects(fetch(url)).then(() => true));
    ingest.signal('SIGTERM');
    half.end(body.slice(10));
    const [response] = (await once(half, 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 200);
    response.resume();
    assert.equal(await ingest.ended, 0);
    assert.equal(ingest.logs().filter(({ msg }) => msg === 'ingest.stopping').length, 1);
  });

  test('it follows the files of a certificate: a broken one leaves the old, and no connection is lost', async (t) => {
    const redis = await startRedis();
    t.after(() => redis.stop());
    const port = await freePort();
    const folder = temporaryFolder();
    const files = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
    const replace = (file: string, text: string) => {
      writeFileSync(`${file}.next`, text);
      renameSync(`${file}.next`, file);
    };
    replace(files.cert, first.cert);
    replace(files.key, first.key);
    const ingest = await startMain(fileWith(yamlOf(redis.url, port, [carrier.path], files)));
    t.after(() => ingest.kill());
    const vendor = createSecureVendor(t);
    await eventually('a callback is kept', async () => (await vendor.post(port)).status === 200);
    const before = await vendor.post(port);

    replace(files.key, 'a key that is none');
    await eventually('the mistake is said', () => ingest.logs().some(({ msg }) => msg === 'configuration.rejected'));
    assert.equal((await createSecureVendor(t).post(port)).certificate, 'first.example');

    replace(files.cert, second.cert);
    replace(files.key, second.key);
    await eventually('new connections see the new one', async () => {
      return (await createSecureVendor(t).post(port)).certificate === 'second.example';
    });
    assert.deepEqual(await vendor.post(port), before);
    assert.doesNotMatch(ingest.stdout.join('\n'), /a key that is none|BEGIN/);
  });
});
