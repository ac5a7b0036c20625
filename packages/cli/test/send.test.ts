import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Answering, type Receiver, startReceiver } from '@relay/testkit';
import { folderWith, relay } from './relay.ts';

const credentials = '{credentials: [{username: relay, password: right}, {username: relay, password: old}]}';

/** In place of ingest: what goes out is what matters here. */
async function ingestWith(context: TestContext, answering?: Answering): Promise<{ ingest: Receiver; folder: string }> {
  const ingest = await startReceiver(answering);
  context.after(ingest.close);
  const folder = folderWith(`
ingest: {listeners: [{host: 127.0.0.1, port: ${ingest.port}}]}
endpoints:
  - {name: carrier, source: thingspace, path: /thingspace/carrier, verify: ${credentials}}
  - {name: open, source: thingspace}
subscribers: []`);
  writeFileSync(join(folder, 'body.json'), '{"username": "", "requestId": "r1", "status": "Success"}');
  writeFileSync(join(folder, 'body.bin'), Buffer.from([0xff, 0x00]));
  return { ingest, folder };
}

test("a body goes to its endpoint's path with the first of its credentials", async (context) => {
  const { ingest, folder } = await ingestWith(context);
  const { code, stdout } = await relay(folder, ['send', 'body.json', '--endpoint', 'carrier']);
  assert.equal(code, 0);
  assert.match(stdout, /^200 in \d+ ms$/);
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
  assert.match(unknown.stderr, /no endpoint "carier"; it has: carrier, open/);
  assert.equal((await relay(folder, ['send', 'none.json', '--endpoint', 'carrier'])).code, 2);
});
