import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectPatient, createJournal } from '@relay/journal';
import { sample, startRedis } from '@relay/testkit';
import { folderWith, relayHere } from './relay.ts';

const configuration = (redis = 'redis://127.0.0.1:1') => `
redis: ${redis}
endpoints:
  - name: carrier
    source: thingspace
    verify: {credentials: [{username: relay, password: a-password-nobody-sends}]}
  - {name: calls, source: voximplant}
  - name: push
    source: generic
    naming: {type: [{header: x-event}]}
subscribers:
  - {name: all, url: "http://127.0.0.1:1", receives: ["*"]}
  - name: failures
    url: http://127.0.0.1:1
    receives: [{endpoint: carrier, where: {status: Failed}}, {endpoint: push, where: {type: fault}}]
  - name: dear
    url: http://127.0.0.1:1
    receives:
      - {endpoint: calls, where: {body: {/callbacks/0/sms_inbound/sms_body: "a text nobody sends"}}}
      - {endpoint: push, where: {body: {/amount: {atLeast: 5}}, headers: {x-team: billing}}}
`;

interface Verdict {
  readonly subscriber: string;
  readonly gets: boolean;
  readonly whyNot: readonly string[];
}

async function routeJson(folder: string, args: readonly string[]): Promise<{ subscribers: Verdict[] }[]> {
  const { code, stdout, stderr } = await relayHere(folder, ['route', ...args, '--json']);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

function fileIn(folder: string, name: string, body: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, body);
  return file;
}

test('a file is told for each subscriber, with the rule that is in the way, though nothing of it is genuine', async () => {
  const folder = folderWith(configuration());
  const file = fileIn(folder, 'activated.json', sample('thingspace-rest/carrier-activate-success.json'));
  const { code, stdout } = await relayHere(folder, ['route', file, '--endpoint', 'carrier']);
  assert.equal(code, 0);
  assert.match(stdout, /^endpoint +carrier$/m);
  assert.match(stdout, /^all +yes$/m);
  assert.match(stdout, /^failures +no +where\.status is "Success", wanted "Failed"$/m);
  assert.match(stdout, /^dear +no +receives does not name carrier$/m);
  assert.match(stdout, /Whether it is genuine was not looked at/);
  assert.doesNotMatch(stdout, /not-a-secret|89000000000000000017/);
});

test('headers of the request are seen by the source and by rules, and not shown', async () => {
  const folder = folderWith(configuration());
  const file = fileIn(folder, 'push.json', '{"amount": 4, "card": "4111111111111111"}');
  const headers = ['--header', 'x-event=fault', '--header', 'x-team=a-team-nobody-knows'];
  const [told] = await routeJson(folder, [file, '--endpoint', 'push', ...headers]);
  assert.deepEqual(told, {
    endpoint: 'push',
    type: 'fault',
    subscribers: [
      { subscriber: 'all', gets: true, whyNot: [] },
      { subscriber: 'failures', gets: true, whyNot: [] },
      { subscriber: 'dear', gets: false, whyNot: ['where.headers.x-team is there (not shown), wanted "billing"'] },
    ],
  });
  const [other] = await routeJson(folder, [file, '--endpoint', 'push', '--header', 'x-team=billing']);
  assert.deepEqual(other?.subscribers.at(-1)?.whyNot, [
    'where.body["/amount"] is there (not shown), wanted a number at least 5',
  ]);
});

test('each callback of a file is told by itself, and one that brings none as such', async () => {
  const folder = folderWith(configuration());
  const callback = (id: number) => ({ callback_id: id, type: 'sms_inbound', sms_inbound: { sms_body: 'on' } });
  const two = fileIn(folder, 'two.json', JSON.stringify({ callbacks: [callback(1), callback(2)] }));
  assert.equal((await routeJson(folder, [two, '--endpoint', 'calls'])).length, 2);
  const none = fileIn(folder, 'none.json', '{"callbacks": []}');
  assert.match(
    (await relayHere(folder, ['route', none, '--endpoint', 'calls'])).stdout,
    /^There is no callback in it/m,
  );
});

test('a file that its endpoint would not read is refused with the reason', async () => {
  const folder = folderWith(configuration());
  const file = fileIn(folder, 'odd.json', 'hunter2');
  const { code, stderr } = await relayHere(folder, ['route', file, '--endpoint', 'carrier']);
  assert.equal(code, 1);
  assert.match(stderr, /carrier would refuse it: A ThingSpace callback is one JSON object\./);
  assert.doesNotMatch(stderr, /hunter2/);
});

test('what is asked for twice, or not at all, is wrong use', async () => {
  const folder = folderWith(configuration());
  for (const [args, sentence] of [
    [[], /Name a file, or a message/],
    [['a.json'], /Say with --endpoint/],
    [['a.json', '--endpoint', 'nobody'], /There is no endpoint nobody: there are calls, carrier, push\./],
    [['missing.json', '--endpoint', 'push'], /^missing\.json: there is no such file\.$/m],
    [['a.json', '--message', 'push-1-0-abcd'], /leave the file out/],
    [['--message', 'push-1-0-abcd', '--header', 'a=b'], /--message says by itself/],
    [['--message', 'push-1-0-abcd', '--endpoint', 'push'], /--message says by itself/],
  ] as const) {
    const { code, stderr } = await relayHere(folder, ['route', ...args]);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, sentence);
  }
});

test('a message that is kept is told with the headers that were kept with it', async (t) => {
  const redis = await startRedis();
  t.after(() => redis.stop());
  const connection = connectPatient({ url: redis.url, name: 'test' });
  const journal = createJournal({ redis: connection, consumer: 'test', retentionMs: () => 60_000 });
  t.after(() => {
    journal.close();
    connection.disconnect();
  });
  await journal.apply([{ endpoint: 'push', dedupMs: 60_000, cursors: [] }]);
  const body = Buffer.from('{"amount": 5}');
  const message = {
    body,
    contentType: 'application/json',
    receivedAt: Date.now(),
    digest: createHash('sha256').update(body).digest(),
    vendorAttempt: undefined,
    headers: { 'x-team': 'billing' },
    facts: { type: 'fault', devices: [] },
  };
  const [kept] = await journal.keep('push', [message], 'token');
  const folder = folderWith(configuration(redis.url));
  const [told] = await routeJson(folder, ['--message', String(kept?.id)]);
  assert.deepEqual(
    told?.subscribers.map(({ subscriber, gets }) => [subscriber, gets]),
    [
      ['all', true],
      ['failures', true],
      ['dear', true],
    ],
  );
  const story = await relayHere(folder, ['messages', String(kept?.id), '--json']);
  assert.deepEqual(JSON.parse(story.stdout)[0].headers, ['x-team'], 'their values are for rules only');
  const unknown = await relayHere(folder, ['route', '--message', 'push-1-0-abcd']);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /No message is kept under push-1-0-abcd/);
});
