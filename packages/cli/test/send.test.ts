import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Answering, eventually, type Receiver, startProcess, startReceiver } from '@relay/testkit';
import { folderWith, main, relay } from './relay.ts';

const credentials = '{credentials: [{username: relay, password: right}, {username: relay, password: old}]}';

const signature =
  '{header: x-hub-signature-256, secret: a-shared-secret, algorithm: sha256, encoding: hex, prefix: "sha256="}';

/** In place of ingest: what goes out is what matters here. */
async function ingestWith(context: TestContext, answering?: Answering): Promise<{ ingest: Receiver; folder: string }> {
  const ingest = await startReceiver(answering);
  context.after(ingest.close);
  const folder = folderWith(`
ingest: {listeners: [{host: 127.0.0.1, port: ${ingest.port}}]}
endpoints:
  - {name: carrier, source: thingspace, path: /thingspace/carrier, verify: ${credentials}}
  - {name: open, source: thingspace}
  - {name: soap, source: thingspace-soap, verify: ${credentials}}
  - {name: vox, source: voximplant, verify: {salt: a-salt, accountId: "1000001", apiKey: a-key-of-the-account}}
  - {name: acs, source: ixc-acs, verify: {path: an-unguessable-path}}
  - {name: github, source: generic, verify: {hmac: ${signature}}, naming: {dedupKey: {header: x-github-delivery}}}
  - {name: push, source: generic, verify: {query: {name: token, secret: spaced out + more}}}
subscribers: []`);
  writeFileSync(join(folder, 'body.json'), '{"username": "", "requestId": "r1", "status": "Success"}');
  writeFileSync(join(folder, 'body.bin'), Buffer.from([0xff, 0x00]));
  return { ingest, folder };
}

test("a body goes to its endpoint's path with the first of its credentials", async (context) => {
  const { ingest, folder } = await ingestWith(context);
  const { code, stdout } = await relay(folder, ['send', 'body.json', '--endpoint', 'carrier']);
  assert.equal(code, 0);
  assert.match(stdout, /^200 in \d+ ms\nWhat became of it: npx relay messages /);
  const [request] = ingest.received;
  assert.equal(request?.path, '/thingspace/carrier');
  assert.equal(request.headers['content-type'], 'application/json');
  const body = JSON.parse(String(request.body));
  assert.deepEqual(body, { username: 'relay', password: 'right', requestId: 'r1', status: 'Success' });
});

test('a body goes byte for byte where there are no credentials to fill in, or no place for them', async (context) => {
  const { ingest, folder } = await ingestWith(context);
  await relay(folder, ['send', 'body.json', '--endpoint', 'open']);
  await relay(folder, ['send', 'body.bin', '--endpoint', 'carrier']);
  assert.deepEqual(
    ingest.received.map(({ body }) => body.toString('latin1')),
    ['{"username": "", "requestId": "r1", "status": "Success"}', '\xff\x00'],
  );
});

test('several are distinct messages', async (context) => {
  const { ingest, folder } = await ingestWith(context);
  const args = ['send', 'body.json', '--endpoint', 'carrier', '--count', '40', '--rate', '1000', '--json'];
  const { code, stdout } = await relay(folder, args);
  assert.equal(code, 0);
  const { sent, accepted, byStatus } = JSON.parse(stdout);
  assert.deepEqual({ sent, accepted, byStatus }, { sent: 40, accepted: 40, byStatus: { 200: 40 } });
  assert.equal(new Set(ingest.received.map(({ body }) => JSON.parse(String(body)).requestId)).size, 40);
});

test('how often each status was answered is said in a line', async (context) => {
  const { folder } = await ingestWith(context, (_, number) => ({ status: number === 1 ? 503 : 200 }));
  const { stdout } = await relay(folder, ['send', 'body.json', '--endpoint', 'carrier', '--count', '3']);
  assert.match(stdout, /^2 of 3 accepted in \d+\.\d s; answers: 200 × 2, 503 × 1$/m);
});

test('each vendor is imitated: credentials in SOAP, a hash, a secret path, a signature', async (context) => {
  const { ingest, folder } = await ingestWith(context);
  const lastOf = async (file: string, body: string, ...args: string[]) => {
    writeFileSync(join(folder, file), body);
    const { code, stderr } = await relay(folder, ['send', file, ...args]);
    assert.equal(code, 0, stderr);
    const request = ingest.received.at(-1);
    return { ...request, headers: request?.headers ?? {}, body: String(request?.body) };
  };
  const soap = await lastOf('soap.xml', '<CallbackRequest><Data/></CallbackRequest>', '--endpoint', 'soap');
  assert.match(soap.body, /<Username>relay<\/Username><Password>right<\/Password>/);
  assert.equal(soap.headers['content-type'], 'text/xml; charset=utf-8');

  const vox = await lastOf('vox.json', '{"callbacks":[{"callback_id":7}]}', '--endpoint', 'vox');
  const hash = createHash('md5').update('a-salt1000001a-key-of-the-account7').digest('hex');
  assert.equal(JSON.parse(vox.body).callbacks[0].hash, hash);

  const acs = await lastOf('acs.json', '{"protocolo":"p"}', '--endpoint', 'acs');
  assert.equal(acs.path, '/acs/an-unguessable-path');

  const push = await lastOf('push.form', 'a=1', '--endpoint', 'github', '--header', 'X-GitHub-Event=push');
  const mac = createHmac('sha256', 'a-shared-secret').update('a=1').digest('hex');
  assert.equal(push.headers['x-hub-signature-256'], `sha256=${mac}`);
  assert.equal(push.headers['x-github-event'], 'push');
  assert.equal(push.headers['content-type'], 'application/x-www-form-urlencoded');
});

// A space used to go out as a plus sign, which the relay takes for itself: every genuine callback was refused.
test('a secret in the query goes out so that the relay finds it', async (context) => {
  const { ingest, folder } = await ingestWith(context);
  await relay(folder, ['send', 'body.json', '--endpoint', 'push']);
  assert.equal(ingest.received[0]?.path, '/push?token=spaced%20out%20%2B%20more');
});

test('Ctrl-C ends it', async (context) => {
  const { ingest, folder } = await ingestWith(context);
  const args = [main, 'send', 'body.json', '--endpoint', 'carrier', '--count', '9', '--rate', '0.01', '--json'];
  const running = await startProcess({ args, cwd: folder });
  await eventually('the first is there', () => ingest.received.length === 1);
  running.signal('SIGINT');
  assert.equal(await running.ended, 1);
  const { sent, accepted } = JSON.parse(running.stdout.join('\n'));
  assert.deepEqual([sent, accepted], [1, 1]);
});

test('what is printed has no secret in it', async (context) => {
  const { folder } = await ingestWith(context);
  const { stdout, stderr } = await relay(folder, ['send', 'body.json', '--endpoint', 'acs', '--json']);
  assert.doesNotMatch(stdout + stderr, /unguessable/);
});

test('one that is refused is exit code 1, with the reason', async (context) => {
  const { folder } = await ingestWith(context, () => ({ status: 401, body: '{"code":"unauthorized"}' }));
  const { code, stdout, stderr } = await relay(folder, ['send', 'body.json', '--endpoint', 'carrier']);
  assert.equal(code, 1);
  assert.match(stdout, /401 .*unauthorized/);
  assert.match(stderr, /1 of 1 were not accepted/);
});

test('an ingest that is not there is exit code 1', async (context) => {
  const { ingest, folder } = await ingestWith(context);
  await ingest.close();
  const { code, stdout } = await relay(folder, ['send', 'body.json', '--endpoint', 'carrier']);
  assert.equal(code, 1);
  assert.match(stdout, /no answer .*ECONNREFUSED/);
});

test('an unknown endpoint or a missing file is exit code 2', async (context) => {
  const { folder } = await ingestWith(context);
  const unknown = await relay(folder, ['send', 'body.json', '--endpoint', 'carier']);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /There is no endpoint carier: there are acs, carrier, github and 4 more\./);
  assert.equal((await relay(folder, ['send', 'none.json', '--endpoint', 'carrier'])).code, 2);
});
