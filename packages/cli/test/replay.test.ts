import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHolds } from '@relay/holds';
import { createReplays } from '@relay/journal';
import { eventually, type Receiver } from '@relay/testkit';
import { instant, rate } from '../src/argument.ts';
import { createReplayPace } from '../src/replay-pace.ts';
import { startWithPast } from './relay-with-past.ts';

const replay = ['replay', '--endpoint', 'carrier', '--since', '1h', '--to', 'billing'];

/** Ids of the messages that billing got, in no order. */
function gotBy({ received }: Receiver): string[] {
  return received.filter(({ path }) => path === '/billing').map(({ headers }) => String(headers['webhook-id']));
}

const texts = (count: number, word = 'a') => [...Array(count)].map((_, i) => `${word} message ${i}`);

test('a subscriber that is new gets its past with one command: byte for byte, once, and marked as a replay', async (t) => {
  const past = await startWithPast(t);
  const ids = await past.keep(...texts(40), Buffer.from([0xff, 0x00, 0x0a]));
  await past.startWorker();
  const { code, stdout, stderr } = await past.command(...replay);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^41 of 41 messages replayed\.$/m);
  await eventually('all have arrived', () => gotBy(past.receiver).length >= ids.length);
  assert.deepEqual(gotBy(past.receiver).sort(), [...ids].sort());
  const requests = past.receiver.received.filter(({ path }) => path === '/billing');
  for (const { headers } of requests) assert.deepEqual([headers['relay-replay'], headers['relay-attempt']], ['1', '1']);
  assert.ok(requests.some(({ body }) => body.equals(Buffer.from([0xff, 0x00, 0x0a]))));
  await eventually('it is in the books', async () => {
    const billing = (await past.journal.ledger('carrier')).find(({ subscriber }) => subscriber === 'billing');
    return billing?.delivered === ids.length && billing.read === ids.length;
  });
  const verified = await past.command('verify', '--deep', '--json');
  assert.deepEqual(JSON.parse(verified.stdout).findings, []);
});

test('a replay that is killed or ended early is gone on with, and every message arrives once', async (t) => {
  const past = await startWithPast(t);
  const ids = await past.keep(...texts(120));
  await past.startWorker();
  const opened = async () =>
    Number(await past.redis.zcard('relay:{carrier}:open:billing')) + gotBy(past.receiver).length;
  const killed = await past.start(...replay, '--rate', '60/s');
  await eventually('some are open', async () => (await opened()) >= 20);
  await killed.kill();
  const [, id = ''] = /relay replay --resume (\w+) goes on/.exec(killed.stdout.join('\n')) ?? [];
  const listed = JSON.parse((await past.command('replay', '--list', '--json')).stdout);
  assert.deepEqual([listed.length, listed[0].replay, listed[0].endedAt], [1, id, null]);

  const so = await opened();
  const ended = await past.start('replay', '--resume', id);
  await eventually('more are open', async () => (await opened()) >= so + 10);
  ended.signal('SIGINT');
  assert.equal(await ended.ended, 1);
  assert.deepEqual(ended.stderr, [`It was stopped. relay replay --resume ${id} goes on with it.`]);

  assert.match(ended.stdout.at(-1) ?? '', /^\d+ of \d+ messages looked at so far were replayed\.$/);

  const last = await past.command('replay', '--resume', id, '--rate', '9000/s');
  assert.equal(last.code, 0, last.stderr);
  assert.match(last.stdout, /^120 of 120 messages replayed\.$/m);
  await eventually('all have arrived', () => new Set(gotBy(past.receiver)).size === ids.length);
  assert.deepEqual(gotBy(past.receiver).sort(), [...ids].sort());
  assert.equal((await past.command('replay', '--resume', id)).stderr, `The replay ${id} came to its end.`);
});

test('what a replay would come to is told without changing anything', async (t) => {
  const past = await startWithPast(t, { old: ['archive', 'billing'] });
  await past.keep(...texts(3), ...texts(2, 'b'));
  const [first] = await past.journal.read('billing', ['carrier'], 1);
  const at = Date.now();
  const attempts = { count: 1, firstAt: at, words: ['200'] };
  const settlement = { state: 'delivered', attempts, at } as const;
  await past.journal.settle({
    endpoint: 'carrier',
    subscriber: 'billing',
    entry: first?.entry ?? assert.fail(),
    settlement,
  });
  const before = await past.journal.ledger('carrier');
  const { stdout } = await past.command(...replay, '--where', '{type: a}', '--dry-run');
  assert.equal(stdout, '1 of 5 messages would be replayed, 2 unwanted, 2 on their way anyway.');
  const json = await past.command(...replay, '--dry-run', '--json');
  assert.deepEqual(JSON.parse(json.stdout), { dryRun: true, looked: 5, unwanted: 0, anyway: 4, gone: 0, replayed: 1 });
  assert.deepEqual(await past.journal.ledger('carrier'), before);
  assert.equal((await past.command('replay', '--list')).stdout, 'There are no replays.');
});

test('a dry run of a replay that ended early tells what is left of it, and sends nothing', async (t) => {
  const past = await startWithPast(t, { old: ['archive', 'billing'] });
  await past.keep(...texts(6));
  await past.giveUp('billing');
  // No worker runs: what is opened stays open.
  const replays = createReplays({ redis: past.redis, retentionMs: 3_600_000 });
  const course = await replays.begin({ endpoint: 'carrier', subscriber: 'billing', sinceMs: 0 });
  const looked = (await replays.ahead(course, 2)).map(({ entry }) => entry);
  const { course: left } = await replays.step(course, { looked, wanted: looked });
  const before = await past.journal.ledger('carrier');
  const { code, stdout } = await past.command('replay', '--resume', course.id, '--dry-run');
  assert.deepEqual([code, stdout], [0, '4 of 4 messages would be replayed.']);
  assert.deepEqual(await past.journal.ledger('carrier'), before);
  assert.deepEqual(await replays.find(['carrier'], course.id), left);
});

test('beside --resume and --list no option is given that would mean nothing', async (t) => {
  const past = await startWithPast(t);
  const choosing = ['--endpoint=carrier', '--since=1h', '--until=1m', '--where={type: a}', '--to=billing'];
  const cases: [string[], string[]][] = [
    [['--resume', 'abc'], choosing],
    [['--list'], [...choosing, '--rate=50/s', '--dry-run', '--resume=abc']],
  ];
  for (const [args, others] of cases) {
    for (const other of others) {
      const { code, stderr } = await past.command('replay', ...args, other);
      assert.equal(code, 2, other);
      const [flag = ''] = other.split('=');
      assert.match(stderr, new RegExp(`'${args[0]}.*' cannot be used with option '${flag}`));
    }
  }
});

test("a replay goes by the subscriber's own rules, and by those that are given besides", async (t) => {
  const past = await startWithPast(t, { billing: ', receives: [{endpoint: carrier, where: {type: [a, b]}}]' });
  await past.keep(...texts(1, 'a'), ...texts(1, 'b'), ...texts(1, 'c'));
  await past.journal.apply([
    { endpoint: 'carrier', dedupMs: 1_000, cursors: [{ subscriber: 'billing', from: { kind: 'now' } }] },
  ]);
  const own = await past.command(...replay, '--dry-run');
  assert.equal(own.stdout, '2 of 3 messages would be replayed, 1 unwanted.');
  const narrower = await past.command(...replay, '--where', 'type: [b, c]', '--dry-run');
  assert.equal(narrower.stdout, '1 of 3 messages would be replayed, 2 unwanted.');
});

test('while many deliveries of the subscriber are open, a replay waits', async (t) => {
  const past = await startWithPast(t, { old: ['archive', 'billing'] });
  await past.keep(...texts(700));
  await past.giveUp('billing');
  assert.ok(await createHolds({ redis: past.redis }).hold('billing', { reason: 'paused', why: 'test' }));
  const dry = await past.command('dead-letters', 'replay', '--subscriber', 'billing', '--dry-run');
  assert.match(dry.stdout, /^billing is on hold \(paused for .*\): what is replayed waits until it runs again\.$/m);
  // No worker runs: what is opened stays open.
  const waiting = await past.start(...replay, '--json');
  const openCount = () => past.redis.zcard('relay:{carrier}:open:billing');
  await eventually('it has opened some', async () => (await openCount()) > 500);
  waiting.signal('SIGTERM');
  assert.equal(await waiting.ended, 1);
  assert.equal(await openCount(), 525);
  assert.deepEqual(waiting.logs().at(-1), {
    replay: waiting.logs()[0]?.replay,
    endpoint: 'carrier',
    subscriber: 'billing',
    looked: 525,
    unwanted: 0,
    anyway: 0,
    gone: 0,
    replayed: 525,
    startedAt: waiting.logs()[0]?.startedAt,
    endedAt: null,
  });
});

test('more may go only once no more than 500 are open, or never when somebody wants it to end', async () => {
  const counts = [501, 700, 500];
  const openCount = () => Promise.resolve(counts.shift() ?? assert.fail('it looked once more'));
  const stopping = new AbortController();
  const pace = createReplayPace({ ratePerSecond: undefined, openCount, stopping: stopping.signal });
  assert.equal(await pace.permit(1), true);
  assert.deepEqual(counts, []);
  stopping.abort();
  assert.equal(await pace.permit(1), false);
});

test('what cannot be replayed is said in a sentence', async (t) => {
  const past = await startWithPast(t);
  await past.keep('a');
  const cases: [string[], number, RegExp][] = [
    [['replay'], 2, /^Say what to replay with --endpoint, --since and --to\.$/m],
    [['replay', '--resume', 'abc'], 1, /^There is no replay abc: relay replay --list tells of those there are\.$/m],
    [
      [...replay.slice(0, -1), 'nobody'],
      2,
      /^There is no subscriber nobody in the configuration: there are archive, billing\.$/m,
    ],
    [
      ['replay', '--endpoint', 'other', '--since', '1h', '--to', 'billing'],
      2,
      /^billing does not receive other: nobody would deliver it\.$/m,
    ],
    [
      ['replay', '--endpoint', 'gone', '--since', '1h', '--to', 'billing'],
      2,
      /^There is no endpoint gone: there are carrier, other\.$/m,
    ],
    [[...replay, '--where', '{tipe: a}'], 2, /^--where:1:2 tipe: /m],
    [[...replay, '--until', '2h'], 2, /^--until has to be later than --since\.$/m],
    [replay, 1, /^billing has no cursor in the log of carrier: no relay has run with this configuration yet\.$/m],
  ];
  for (const [args, code, sentence] of cases) {
    const refused = await past.command(...args);
    assert.match(refused.stderr, sentence);
    assert.equal(refused.code, code, args.join(' '));
  }
});

test('what is no time is refused', () => {
  const day = 24 * 60 * 60 * 1000;
  assert.ok(Math.abs(instant('1d') - (Date.now() - day)) < day / 2);
  assert.equal(instant('2026-11-22T08:00:30+02:00'), Date.UTC(2026, 10, 22, 6, 0, 30));
  assert.equal(instant('2028-02-29T00:00:00.250-11:30'), Date.UTC(2028, 1, 29, 11, 30, 0, 250));
  for (const text of ['', 'noon', '24', '2026-13-01T08:00Z', '2026-11-22T25:00Z', '2026-11-22T08:00+25:00', '-1h'])
    assert.throws(() => instant(text), /a time ago as 24h, or an instant as 2026-11-22T08:00Z/, text);
  for (const text of ['2026-11-22', '2026-11-22T08:00', '2026-11-22 08:00Z'])
    assert.throws(() => instant(text), /a time and a zone behind the day, as 2026-11-22T08:00Z/, text);
});

// The 30th of February used to be the 2nd of March, and two days more were discarded.
test('a day that is in no calendar is refused', () => {
  for (const day of ['2026-02-30', '2026-02-29', '2026-04-31', '2026-06-31'])
    assert.throws(() => instant(`${day}T08:00Z`), new RegExp(`There is no ${day} in the calendar`));
});

test('a rate is a number per second, with a time or without, everywhere', async (t) => {
  const rates = { '50': 50, '0.5': 0.5, '50/s': 50, '600/m': 10, '1800/h': 0.5 };
  for (const [text, perSecond] of Object.entries(rates)) assert.equal(rate(text), perSecond, text);
  const message = /a number per second, or with a time as 50\/s, 600\/m or 1000\/h/;
  const wrong = ['', 'fast', '0', '-1', '0/s', '5/d', 'Infinity'];
  for (const text of wrong) assert.throws(() => rate(text), message, text);

  const past = await startWithPast(t);
  const takers = [['send', 'a.json'], ['simulate', 'thingspace'], ['replay'], ['dead-letters', 'replay']];
  for (const taker of takers) {
    const { code, stderr } = await past.command(...taker, '--rate', '0/s');
    assert.equal(code, 2);
    assert.match(stderr, message, taker.join(' '));
  }
});
