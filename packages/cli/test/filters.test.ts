import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually, freePort, startProcess, startReceiver, startRedis } from '@relay/testkit';
import { folderWith, main, relayHere } from './relay.ts';

test('a header that a rule asks for decides from the reload on that brings the rule, and route says the same', async (t) => {
  const redis = await startRedis();
  t.after(() => redis.stop());
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const [port, operations, workerOperations] = [await freePort(), await freePort(), await freePort()];
  const configuration = (where: string) => `
redis: ${redis.url}
ingest:
  listeners: [{port: ${port}, host: 127.0.0.1}]
  operations: {port: ${operations}}
worker: {operations: {port: ${workerOperations}}}
endpoints: [{name: push, source: generic}]
subscribers:
  - {name: billing, url: "${receiver.url}", receives: [{endpoint: push, where: ${where}}]}
`;
  const folder = folderWith(configuration('{body: {/n: {atMost: 1}}}'));
  const ready = /Ctrl-C ends it/;
  const up = await startProcess({ args: [main, 'up'], cwd: folder, env: { REDIS_URL: redis.url }, ready });
  t.after(() => up.stop());
  let posts = 0;
  async function post(team: string): Promise<string> {
    posts += 1;
    const body = JSON.stringify({ n: posts, team });
    const headers = { 'content-type': 'application/json', 'x-team': team };
    assert.equal((await fetch(`http://127.0.0.1:${port}/push`, { method: 'POST', body, headers })).status, 200);
    return body;
  }
  const received = () => receiver.received.map(({ body }) => body.toString());

  const first = await post('billing');
  await post('billing');
  await eventually('the first is there', () => received().length > 0);
  const next = join(folder, 'next.yaml');
  writeFileSync(next, configuration('{headers: {X-Team: billing}}'));
  renameSync(next, join(folder, 'relay.yaml'));
  await eventually('the rule is in force', async () => {
    await post('billing');
    return received().length > 1;
  });
  const before = received().length;
  const unwanted = await post('crm');
  const wanted = await post('billing');
  await eventually('the wanted one is there', () => received().includes(wanted));
  assert.equal(received()[0], first);
  assert.ok(before > 1 && !received().includes(unwanted));
  assert.ok(received().every((body) => body === first || JSON.parse(body).team === 'billing'));

  const file = join(folder, 'push.json');
  writeFileSync(file, unwanted);
  const routed = await relayHere(folder, ['route', file, '--endpoint', 'push', '--header', 'x-team=crm']);
  assert.match(routed.stdout, /^billing +no +where\.headers\.x-team is there \(not shown\), wanted "billing"$/m);
});
