import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { type Answering, eventually, type Receiver, startProcess, startReceiver } from '@relay/testkit';
import { folderWith, main, relay } from './relay.ts';

interface Ingest {
  readonly ingest: Receiver;
  readonly folder: string;
}

/** In place of ingest: what goes out, and what is made of the answers, is what matters here. */
async function ingestWith(context: TestContext, answering?: Answering): Promise<Ingest> {
  const ingest = await startReceiver(answering);
  context.after(ingest.close);
  const folder = folderWith(`
ingest: {listeners: [{host: 127.0.0.1, port: ${ingest.port}}]}
endpoints:
  - name: carrier
    source: thingspace
    path: /thingspace/carrier
    verify: {credentials: [{username: relay, password: the-new-one}, {username: relay, password: the-old-one}]}
  - {name: open, source: voximplant}
  - {name: acs, source: ixc-acs, verify: {path: an-unguessable-path}}
subscribers: []`);
  return { ingest, folder };
}

const genuineOnly: Answering = ({ body }) => ({ status: /"the-(new|old)-one"/.test(String(body)) ? 200 : 401 });

test('an endpoint of the configuration is posted to with its own credentials', async (context) => {
  const { ingest, folder } = await ingestWith(context, genuineOnly);
  const { code, stdout } = await relay(folder, ['simulate', 'thingspace', '--endpoint', 'carrier', '--devices', '2']);
  assert.equal(code, 0);
  assert.equal(ingest.received.length, 20);
  for (const { path, body } of ingest.received) {
    assert.equal(path, '/thingspace/carrier');
    assert.equal(JSON.parse(String(body)).password, 'the-new-one');
  }
  assert.match(stdout, /^thingspace → http:\/\/127\.0\.0\.1:\d+\/thingspace\/carrier {2}seed \d+$/m);
  assert.match(stdout, /device [12] of 2 {2}200 in \d+ ms$/m);
  assert.match(stdout, /20 requests with 20 callbacks .*: 20 attempts, of them 0 resends and 0 repetitions/);
  assert.match(stdout, /answers: 200 × 20; p50 /);
});

test('the same seed sends the same', async (context) => {
  const { ingest, folder } = await ingestWith(context);
  const args = ['simulate', 'thingspace', '--endpoint', 'carrier', '--seed', '7', '--concurrency', '1'];
  await relay(folder, args);
  await relay(folder, args);
  const bodies = ingest.received.map(({ body }) => String(body));
  assert.deepEqual(bodies.slice(10), bodies.slice(0, 10));
});

test('at most ten attempts are printed', async (context) => {
  const { folder } = await ingestWith(context);
  const { stdout } = await relay(folder, ['simulate', 'thingspace', '--endpoint', 'carrier', '--count', '30']);
  assert.equal(stdout.match(/200 in /g)?.length, 10);
});

test('forged ones that are refused are fine', async (context) => {
  const { folder } = await ingestWith(context, genuineOnly);
  const args = ['--endpoint', 'carrier', '--count', '50', '--forge', '0.4', '--rotate', '--json'];
  const { code, stdout } = await relay(folder, ['simulate', 'thingspace', ...args]);
  assert.equal(code, 0);
  const { fine, genuine, forged, byStatus, requests } = JSON.parse(stdout);
  assert.equal(fine, true);
  assert.deepEqual(byStatus, { 200: genuine.accepted, 401: forged.refused });
  assert.equal(genuine.accepted + forged.refused, requests);
});

test('a forged one that is accepted is exit code 1', async (context) => {
  const { folder } = await ingestWith(context);
  const args = ['--endpoint', 'carrier', '--count', '50', '--forge', '0.4'];
  const { code, stderr } = await relay(folder, ['simulate', 'thingspace', ...args]);
  assert.equal(code, 1);
  assert.match(stderr, /^\d+ forged requests were accepted\.$/);
});

test('a genuine one that is refused for good is exit code 1', async (context) => {
  const { ingest, folder } = await ingestWith(context, () => ({ status: 503, body: '{"code":"not-kept"}' }));
  const args = ['--endpoint', 'carrier', '--count', '3', '--service', 'CarrierService', '--speed', '100', '--json'];
  const { code, stdout, stderr } = await relay(folder, ['simulate', 'thingspace', ...args]);
  assert.equal(code, 1);
  assert.match(stderr, /3 genuine requests were refused/);
  const { fine, resends } = JSON.parse(stdout);
  assert.deepEqual([fine, resends, ingest.received.length], [false, 3, 6]);
});

test('a URL is enough, with the secrets in the environment', async (context) => {
  const { ingest, folder } = await ingestWith(context);
  const secrets = {
    RELAY_SIMULATE_SALT: 'salt',
    RELAY_SIMULATE_ACCOUNT_ID: '42',
    RELAY_SIMULATE_API_KEY: 'key',
    RELAY_SIMULATE_SECRET_HEADER: 'x-secret=of-the-proxy',
  };
  const args = ['simulate', 'voximplant', '--to', `${ingest.url}/vox/maybe-a-secret`, '--batch', '3'];
  const { code, stdout } = await relay(folder, args, secrets);
  assert.equal(code, 0);
  for (const { path, headers, body } of ingest.received) {
    assert.equal(path, '/vox/maybe-a-secret');
    assert.equal(headers['x-secret'], 'of-the-proxy');
    for (const { callback_id, hash } of JSON.parse(String(body)).callbacks) {
      assert.equal(hash, createHash('md5').update(`salt42key${callback_id}`).digest('hex'));
    }
  }
  assert.doesNotMatch(stdout, /maybe-a-secret/);
});

test('a secret in the path is sent, and not printed', async (context) => {
  const { ingest, folder } = await ingestWith(context);
  const args = ['simulate', 'ixc-acs', '--endpoint', 'acs', '--late', '0.5', '--speed', '36000', '--json'];
  const { code, stdout } = await relay(folder, args);
  assert.equal(code, 0);
  for (const { path } of ingest.received) assert.equal(path, '/acs/an-unguessable-path');
  assert.doesNotMatch(stdout, /unguessable/);
});

test('Ctrl-C ends it with the table, and what it left unfinished is no failure', async (context) => {
  let number = 0;
  const { ingest, folder } = await ingestWith(context, () => {
    number += 1;
    return number === 1 ? { status: 200 } : 'hang';
  });
  const args = [main, 'simulate', 'thingspace', '--endpoint', 'carrier', '--concurrency', '2'];
  const running = await startProcess({ args, cwd: folder });
  await eventually('it waits for answers', () => ingest.received.length === 3);
  running.signal('SIGINT');
  assert.equal(await running.ended, 0);
  assert.match(running.stdout.join('\n'), /^all +1 +0 +2 +0 +0 +3$/m);
});

test('a run that was stopped before anything was answered is exit code 1', async (context) => {
  const { ingest, folder } = await ingestWith(context, () => 'hang');
  const args = [main, 'simulate', 'thingspace', '--endpoint', 'carrier'];
  const running = await startProcess({ args, cwd: folder });
  await eventually('it waits for answers', () => ingest.received.length > 0);
  running.signal('SIGINT');
  assert.equal(await running.ended, 1);
  assert.match(running.stderr.join('\n'), /^Nothing was answered\.$/m);
});

test('a relay that is not there is exit code 1, even if all were forged', async (context) => {
  const { ingest, folder } = await ingestWith(context);
  await ingest.close();
  const { code, stderr } = await relay(folder, ['simulate', 'thingspace', '--endpoint', 'carrier', '--forge', '1']);
  assert.equal(code, 1);
  assert.equal(stderr, 'Nothing was answered.');
});

const mistakes: [string, string[], RegExp][] = [
  ['a vendor that nobody knows', ['generic', '--to', 'http://x'], /use relay send, which signs for generic/],
  ['no such vendor', ['twilio', '--to', 'http://x'], /thingspace-soap/],
  ['no target', ['thingspace'], /--endpoint .* or a URL with --to/],
  [
    'no such endpoint',
    ['thingspace', '--endpoint', 'carier'],
    /There is no endpoint carier: there are acs, carrier, open\./,
  ],
  [
    'an endpoint of another vendor',
    ['voximplant', '--endpoint', 'carrier'],
    /carrier is an endpoint of thingspace, not/,
  ],
  [
    "another vendor's option",
    ['thingspace', '--endpoint', 'carrier', '--batch', '2'],
    /--batch is for voximplant, not/,
  ],
  ['an unknown service', ['thingspace', '--endpoint', 'carrier', '--service', 'Carier'], /CarrierService, /],
  [
    'secrets beside an endpoint',
    ['thingspace', '--endpoint', 'carrier', '--password', 'x'],
    /--password: .*configuration/,
  ],
  ['half of the secrets', ['voximplant', '--to', 'http://x', '--api-key', 'x'], /--salt, --account-id and --api-key/],
  ['nothing to forge', ['voximplant', '--endpoint', 'open', '--forge', '0.5'], /no secret is known/],
  ['one password to rotate', ['thingspace', '--to', 'http://x', '--rotate'], /two passwords are needed/],
  ['a share above 1', ['thingspace', '--to', 'http://x', '--forge', '2'], /from 0 to 1/],
  ['a header without a value', ['ixc-acs', '--to', 'http://x', '--secret-header', 'x'], /name=value/],
];

for (const [name, args, sentence] of mistakes) {
  test(`${name} is exit code 2`, async (context) => {
    const { ingest, folder } = await ingestWith(context);
    const { code, stderr } = await relay(folder, ['simulate', ...args]);
    assert.equal(code, 2);
    assert.match(stderr, sentence);
    assert.equal(ingest.received.length, 0);
  });
}
