import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { connectPatient, createJournal } from '@relay/journal';
import { type RunningRedis, startRedis } from '@relay/testkit';
import { folderWith, type Ran, relayHere } from './relay.ts';

let redis: RunningRedis;
let folder: string;

before(async () => {
  redis = await startRedis();
  folder = folderWith(`
redis: ${redis.url}
endpoints: [{name: carrier, source: ixc-acs}]
subscribers:
  - {name: billing, url: "http://127.0.0.1:1", receives: [carrier]}
  - {name: crm, url: "http://127.0.0.1:1", receives: [carrier]}
`);
  const client = connectPatient({ url: redis.url, name: 'test' });
  const journal = createJournal({ redis: client, consumer: 'test', retentionMs: () => 60_000 });
  const cursors = ['billing', 'gone'].map((subscriber) => ({
    subscriber,
    from: { kind: 'now' } as const,
    resume: false,
  }));
  await journal.apply([{ endpoint: 'carrier', dedupMs: 1_000, cursors }]);
  const message = {
    body: Buffer.from('{}'),
    contentType: undefined,
    receivedAt: Date.now(),
    digest: randomBytes(32),
    vendorAttempt: undefined,
    facts: { devices: [] },
  };
  await journal.keep('carrier', [message], 'token');
  journal.close();
  client.disconnect();
});

after(() => redis.stop());

afterEach(async () => {
  await subscribers('resume', 'billing', 'crm', 'gone');
});

const subscribers = (...args: string[]): Promise<Ran> => relayHere(folder, ['subscribers', ...args]);

interface Listed {
  readonly subscriber: string;
  readonly hold: {
    readonly reason: string;
    readonly since: number;
    readonly why: string;
    readonly failedProbes: number;
    readonly nextProbeAt: number | null;
  } | null;
}

async function listed(): Promise<readonly Listed[]> {
  return JSON.parse((await subscribers('list', '--json')).stdout);
}

async function holdOf(name: string): Promise<Listed['hold']> {
  return (await listed()).find(({ subscriber }) => subscriber === name)?.hold ?? null;
}

test('every subscriber is listed that is configured or has a cursor, with what waits for it', async () => {
  assert.deepEqual(await listed(), [
    { subscriber: 'billing', configured: true, hold: null, waiting: 1, pending: 0, open: 0 },
    { subscriber: 'crm', configured: true, hold: null, waiting: 0, pending: 0, open: 0 },
    { subscriber: 'gone', configured: false, hold: null, waiting: 1, pending: 0, open: 0 },
  ]);
});

test('one that has left the configuration does not run', async () => {
  for (const args of [['subscribers', 'list'], ['status']])
    assert.match((await relayHere(folder, args)).stdout, /^gone \(not configured\) .*left/m);
});

test('pause and resume work while no worker runs, and say so once each', async () => {
  const began = Date.now();
  const paused = await subscribers('pause', 'billing', '--why', 'database is being moved');
  assert.deepEqual(
    [paused.code, paused.stdout],
    [0, 'billing is on hold. relay subscribers resume billing lets it run again.'],
  );
  const hold = await holdOf('billing');
  assert.ok(hold && hold.since >= began && hold.since <= Date.now());
  const { since: _, ...others } = hold;
  const noProbes = { failedProbes: 0, nextProbeAt: null };
  assert.deepEqual(others, { reason: 'paused', why: 'database is being moved', ...noProbes });
  assert.match((await subscribers('list')).stdout, /billing +paused for \d+m?s +database is being moved +1 +0 +0\n/);
  const status = await relayHere(folder, ['status']);
  assert.match(status.stdout, /^billing .* paused for \d+m?s: database is being moved$/m);
  const { subscribers: standings } = JSON.parse((await relayHere(folder, ['status', '--json'])).stdout);
  assert.deepEqual(
    standings.map((one: Listed) => one.hold?.reason),
    ['paused', undefined, undefined],
  );

  assert.match((await subscribers('pause', 'billing')).stdout, /billing was paused before/);
  assert.equal((await holdOf('billing'))?.why, 'database is being moved');
  const both = await subscribers('resume', 'billing', 'crm', '--json');
  assert.deepEqual(JSON.parse(both.stdout), [
    { subscriber: 'billing', changed: true, hold: null },
    { subscriber: 'crm', changed: false, hold: null },
  ]);
  assert.equal(await holdOf('billing'), null);
});

test('a subscriber that has left the configuration can be paused', async () => {
  assert.equal((await subscribers('pause', 'gone')).code, 0);
  assert.equal((await holdOf('gone'))?.why, 'by hand');
});

test('a name that nobody knows is told, and nothing is changed', async () => {
  const { code, stderr } = await subscribers('pause', 'crm', 'bling');
  assert.deepEqual([code, stderr], [2, 'There is no subscriber bling: there are billing, crm, gone.']);
  assert.equal(await holdOf('crm'), null);
});

for (const [what, why] of [
  ['too long', 'x'.repeat(101)],
  ['empty', ' '],
  ['on two lines', 'a\nb'],
] as const) {
  test(`a reason that is ${what} is refused`, async () => {
    const { code, stderr } = await subscribers('pause', 'crm', '--why', why);
    assert.equal(code, 2);
    assert.match(stderr, /It has to be a text of 1 to 100 characters on one line/);
    assert.equal(await holdOf('crm'), null);
  });
}
