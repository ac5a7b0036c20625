import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDeadLetters } from '@relay/journal';
import { eventually } from '@relay/testkit';
import { type LetterFilter, lettersOf, surveyOf } from '../src/dead-letters-found.ts';
import { letterAsJson } from '../src/dead-letters-words.ts';
import { startWithPast } from './relay-with-past.ts';

const both = { old: ['archive', 'billing'] };

test('a delivery that was given up arrives byte for byte once it is replayed, also when the log was trimmed', async (t) => {
  const past = await startWithPast(t, {
    answering: ({ headers }) => ({ status: headers['relay-replay'] === undefined ? 422 : 204 }),
    billing: ', retry: {giveUpOn: [422]}',
    old: ['billing'],
  });
  const body = Buffer.from([0xff, 0x00, 0xfe, 0x0a]);
  const [id = ''] = await past.keep(body);
  await past.startWorker();
  const billing = async () => (await past.journal.ledger('carrier')).find(({ subscriber }) => subscriber === 'billing');
  await eventually('it was given up', async () => (await billing())?.deadLetters === 1);
  const [raw] = await past.redis.xrange('relay:{carrier}:log', '-', '+');
  await past.redis.xtrim('relay:{carrier}:log', 'MAXLEN', 0);
  assert.ok(raw);

  const { code, stdout, stderr } = await past.command('dead-letters', 'replay', id);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, '1 dead letter is meant.\n1 on the way once more.');
  await eventually('it is delivered', async () => (await billing())?.delivered === 1);
  const requests = past.receiver.received.filter(({ path }) => path === '/billing');
  assert.deepEqual(
    requests.map(({ headers }) => [headers['webhook-id'], headers['relay-replay'], headers['relay-attempt']]),
    [
      [id, undefined, '1'],
      [id, '1', '1'],
    ],
  );
  for (const request of requests) assert.deepEqual(request.body, body);
  assert.deepEqual(
    await billing().then((books) => [books?.read, books?.dead, books?.delivered, books?.deadLetters]),
    [2, 1, 1, 0],
  );
});

test('letters are listed by what is said of them, without bodies', async (t) => {
  const past = await startWithPast(t, both);
  const ids = await past.keep('secret one', 'other two');
  await past.giveUp('billing');
  const list = async (...args: string[]) =>
    JSON.parse((await past.command('dead-letters', 'list', '--json', ...args)).stdout);
  const all = await list();
  assert.deepEqual(
    all.letters.map(({ id }: { id: string }) => id),
    ids,
  );
  const [{ givenUpAt, receivedAt, letter, ...first }] = all.letters;
  assert.ok(givenUpAt >= receivedAt && letter.startsWith(`${givenUpAt}-`));
  assert.deepEqual(first, {
    id: ids[0],
    endpoint: 'carrier',
    ordinal: 1,
    contentType: 'application/octet-stream',
    correlationId: 'request of secret',
    type: 'secret',
    subscriber: 'billing',
    bytes: 10,
    reason: 'refused',
    attempts: { count: 2, firstAt: first.attempts.firstAt, words: ['503', '422'] },
    empty: false,
  });
  const some = await list('--count', '1', '--subscriber', 'billing', '--endpoint', 'carrier', '--since', '1h');
  assert.deepEqual([some.letters.length, some.more, all.more], [1, true, false]);
  const { stdout } = await past.command('dead-letters', 'list');
  assert.match(stdout, new RegExp(`^${ids[0]} +billing +.* UTC +refused +2 +422 +request of secret$`, 'm'));
});

test('of headers that were kept only the names are told', async (t) => {
  const past = await startWithPast(t, both);
  await past.keep('a');
  await past.giveUp('billing');
  const deadLetters = createDeadLetters({ redis: past.redis, retentionMs: 1_000 });
  const [letter] = (await deadLetters.list('carrier', 'billing', { count: 1 })).letters;
  assert.ok(letter);
  const told = letterAsJson({ ...letter, message: { ...letter.message, headers: { 'x-api-key': 'hunter2' } } });
  assert.deepEqual('headers' in told && told.headers, ['x-api-key']);
  assert.doesNotMatch(JSON.stringify(told), /hunter2/);
});

test('all of what is said has to be true of a letter', async (t) => {
  const past = await startWithPast(t, both);
  const [id = ''] = await past.keep('a', 'b');
  await past.giveUp('billing');
  const deadLetters = createDeadLetters({ redis: past.redis, retentionMs: 1_000 });
  const owners = [{ endpoint: 'carrier', subscriber: 'billing' }];
  const countOf = async (filter: LetterFilter) => (await surveyOf(deadLetters, owners, filter)).count;
  const now = Date.now();
  const cases: [LetterFilter, number][] = [
    [{}, 2],
    [{ reason: 'refused' }, 2],
    [{ reason: 'gone' }, 0],
    [{ correlation: 'request of b' }, 1],
    [{ correlation: 'request of b', ids: [id] }, 0],
    [{ ids: [id] }, 1],
    [{ since: now - 3_600_000, until: now + 3_600_000 }, 2],
    [{ until: now - 3_600_000 }, 0],
    [{ since: now + 3_600_000 }, 0],
  ];
  for (const [filter, count] of cases) assert.equal(await countOf(filter), count, JSON.stringify(filter));
});

test('what is given up after the letters were counted is not among those that are meant', async (t) => {
  const past = await startWithPast(t, both);
  const [id] = await past.keep('a');
  await past.giveUp('billing');
  const deadLetters = createDeadLetters({ redis: past.redis, retentionMs: 1_000 });
  const owners = [{ endpoint: 'carrier', subscriber: 'billing' }];
  const { lasts } = await surveyOf(deadLetters, owners, {});
  await past.keep('b');
  await past.giveUp('billing');
  const meant = await Array.fromAsync(lettersOf(deadLetters, owners, {}, lasts));
  assert.deepEqual(
    meant.map(({ message }) => message.id),
    [id],
  );
});

test('a letter shows its facts, and its body only when it is asked for', async (t) => {
  const past = await startWithPast(t, both);
  const [id = ''] = await past.keep('secret body');
  await past.giveUp('billing');
  const shown = await past.command('dead-letters', 'show', id);
  assert.match(shown.stdout, /^reason +refused\nattempts +2: 503 422$/m);
  assert.doesNotMatch(shown.stdout, /secret body/);
  const body = await past.start('dead-letters', 'show', id, '--body');
  assert.equal(await body.ended, 0);
  assert.deepEqual(body.stdout, ['secret body']);
  const none = await past.command('dead-letters', 'show', 'carrier-1-0-abcd');
  assert.deepEqual([none.code, none.stderr], [1, 'There is no dead letter of carrier-1-0-abcd.']);
});

test('nothing is discarded without a yes; then it counts as discarded', async (t) => {
  const past = await startWithPast(t, both);
  await past.keep('a', 'b');
  await past.giveUp('billing');
  const discard = ['dead-letters', 'discard', '--subscriber', 'billing'];
  const dry = await past.command(...discard, '--dry-run', '--json');
  assert.deepEqual(JSON.parse(dry.stdout), { found: 2, missing: [], dryRun: true, discarded: 0 });
  const unasked = await past.command(...discard);
  assert.equal(unasked.stderr, 'Nothing was discarded: this is no terminal to ask on, so say --yes.');
  const done = await past.command(...discard, '--yes');
  assert.match(done.stdout, /^2 discarded, and counted so in the books\.$/m);
  const books = (await past.journal.ledger('carrier')).find(({ subscriber }) => subscriber === 'billing');
  assert.deepEqual([books?.read, books?.dead, books?.discarded, books?.deadLetters], [2, 0, 2, 0]);
});

// It ended as if all had been replayed: an id that was mistyped went unnoticed.
test('ids of no dead letter are told, and what is meant by the others is done', async (t) => {
  const past = await startWithPast(t, both);
  const [first = '', second = ''] = await past.keep('a', 'b');
  await past.giveUp('billing');
  const none = 'There is no such dead letter of';
  const replayed = await past.command('dead-letters', 'replay', first, 'nosuch', 'carrier-1-0-abcd');
  const replayMeant = '1 dead letter is meant; there is none of nosuch, carrier-1-0-abcd.\n1 on the way once more.';
  assert.deepEqual(replayed, { code: 1, stdout: replayMeant, stderr: `${none} nosuch, carrier-1-0-abcd.` });
  const elsewhere = ['--endpoint', 'other', '--dry-run', '--json'];
  const dry = await past.command('dead-letters', 'discard', second, ...elsewhere);
  assert.deepEqual(JSON.parse(dry.stdout), { found: 0, missing: [second], dryRun: true, discarded: 0 });
  assert.deepEqual([dry.code, dry.stderr], [1, `${none} ${second}.`]);
  const discarded = await past.command('dead-letters', 'discard', second, first, '--yes');
  const discardMeant = `1 dead letter is meant; there is none of ${first}.\n1 discarded, and counted so in the books.`;
  assert.deepEqual(discarded, { code: 1, stdout: discardMeant, stderr: `${none} ${first}.` });
  for (const args of [
    ['--subscriber', 'billing'],
    ['--reason', 'gone', '--dry-run'],
  ])
    assert.equal((await past.command('dead-letters', 'replay', ...args)).code, 0, 'what is chosen may be nothing');
});

test('letters of whom nobody delivers to stay, and all at once is never meant by saying nothing', async (t) => {
  const past = await startWithPast(t, { old: ['archive', 'former'] });
  await past.keep('a');
  await past.giveUp('former');
  const stays = await past.command('dead-letters', 'replay', '--subscriber', 'former', '--json');
  assert.deepEqual(JSON.parse(stays.stdout), {
    found: 1,
    missing: [],
    dryRun: false,
    replayed: 0,
    anyway: 0,
    empty: 0,
    gone: 0,
    nobody: 1,
  });
  for (const verb of ['replay', 'discard']) {
    const { code, stderr } = await past.command('dead-letters', verb);
    assert.deepEqual([code, stderr], [2, 'Say which: give ids of messages, or one of the options that choose.']);
  }
  const never = await past.command('dead-letters', 'list', '--since', '1h', '--until', '2h');
  assert.deepEqual([never.code, never.stderr], [2, '--until has to be later than --since.']);
  const unknown = await past.command('dead-letters', 'list', '--subscriber', 'nobody');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /^There is no subscriber nobody/);
});
