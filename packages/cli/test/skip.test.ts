import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startWithPast } from './relay-with-past.ts';

test('what is skipped is counted first, is not without a yes, and is in the books', async (t) => {
  const past = await startWithPast(t, { old: ['archive', 'billing'] });
  await past.keep('a', 'b', 'c');
  await past.journal.read('billing', ['carrier'], 1);
  const skip = ['subscribers', 'skip', 'billing', '--before', '0s'];
  const dry = await past.command(...skip, '--dry-run');
  assert.match(dry.stdout, /^carrier +2 +1 +0\n\n3 kept before .* UTC would be discarded for billing\.$/m);
  const unasked = await past.command(...skip);
  assert.equal(unasked.stderr, 'Nothing was discarded: this is no terminal to ask on, so say --yes.');
  const earlier = await past.command('subscribers', 'skip', 'billing', '--before', '1h', '--yes');
  assert.match(earlier.stdout, /^Nothing kept before .* UTC is still to be delivered to billing\.$/);
  const done = await past.command(...skip, '--yes', '--json');
  const { before, ...told } = JSON.parse(done.stdout);
  assert.equal(typeof before, 'number');
  assert.deepEqual(told, {
    subscriber: 'billing',
    dryRun: false,
    endpoints: [{ endpoint: 'carrier', waiting: 2, pending: 1, open: 0 }],
    discarded: 3,
  });
  const books = await past.journal.ledger('carrier');
  assert.deepEqual(
    books.map(({ subscriber, discarded, pending, waiting }) => [subscriber, discarded, pending, waiting]).sort(),
    [
      ['archive', 0, 0, 3],
      ['billing', 3, 0, 0],
    ],
  );
});

test('a future instant, nobody, and an endpoint without a cursor are refused', async (t) => {
  const past = await startWithPast(t);
  const cases: [string[], RegExp][] = [
    [
      ['archive', '--before', '2999-01-01T00:00Z'],
      /^--before lies in the future: what is not kept yet cannot be skipped\.$/,
    ],
    [['archive', '--before', '2026-02-30T08:00Z'], /There is no 2026-02-30 in the calendar\./],
    [['nobody', '--before', '1h'], /^There is no subscriber nobody/],
    [['archive', '--before', '1h', '--endpoint', 'other'], /^archive has no cursor in a log of other\.$/],
  ];
  for (const [args, sentence] of cases) {
    const { code, stderr } = await past.command('subscribers', 'skip', ...args, '--yes');
    assert.match(stderr, sentence);
    assert.equal(code, 2);
  }
});
