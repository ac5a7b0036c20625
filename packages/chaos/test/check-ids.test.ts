import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Arrival } from '../src/arrivals.ts';
import { checkIds, leastOf } from '../src/check-ids.ts';
import type { Subscriber } from '../src/subscribers.ts';
import type { VendorPost } from '../src/vendor.ts';

const steady: Subscriber = { name: 'steady', manner: 'steady', receives: ['carrier', 'calls'] };
const deaf: Subscriber = { name: 'deaf', manner: 'steady', receives: [] };

test('when all that was acknowledged arrived once, nothing is wrong', () => {
  const posts = [post(['a']), post(['b', 'c'], { endpoint: 'calls' }), post(['d'], { status: 503 })];
  const arrivals = [arrival('a'), arrival('b'), arrival('c')];
  assert.deepEqual(verdict(posts, arrivals), { ...fine, acknowledged: 3 });
  assert.deepEqual(leastOf(posts, [steady, deaf]), { steady: 3, deaf: 0 });
});

test('an arrival that is missing is a loss', () => {
  const posts = [post(['a']), post(['b', 'c'], { endpoint: 'calls' })];
  assert.deepEqual(verdict(posts, [arrival('a'), arrival('b')]).lost, ['c']);
});

test('an arrival that was not answered 2xx is none', () => {
  const refused = [arrival('a', { status: 503 }), arrival('a', { status: 0 })];
  assert.deepEqual(verdict([post(['a'])], refused).lost, ['a']);
});

test('a resend that was acknowledged promises what its first attempt did not', () => {
  const posts = [post(['a'], { status: 0, at: 1 }), post(['a'], { resend: true, at: 2 })];
  assert.deepEqual(verdict(posts, []).lost, ['a']);
  assert.deepEqual(verdict(posts, [arrival('a')]), { ...fine, acknowledged: 1 });
});

test('a message delivered twice is a repeat, not a double', () => {
  const arrivals = [arrival('a', { at: 20 }), arrival('a', { at: 10 })];
  const { repeats, doubled } = verdict([post(['a'])], arrivals);
  assert.deepEqual(repeats, [{ message: 'm-a', firstAt: 10, at: 20 }]);
  assert.deepEqual(doubled, []);
});

test('a resend that becomes a message of its own is a double', () => {
  const posts = [post(['a'], { at: 1 }), post(['a'], { resend: true, at: 2 })];
  const arrivals = [arrival('a'), arrival('a', { message: 'another' })];
  assert.deepEqual(verdict(posts, arrivals).doubled, ['a']);
});

test('of two look-alikes both have to arrive', () => {
  const posts = [post(['a']), post(['a'])];
  assert.deepEqual(verdict(posts, [arrival('a')]).merged, ['a']);
  const both = [arrival('a'), arrival('a', { message: 'another' })];
  assert.deepEqual(verdict(posts, both), { ...fine, acknowledged: 2 });
});

test('other bytes than any that were posted with an id are a change', () => {
  const posts = [post(['a'], { digests: ['one'] }), post(['a'], { digests: ['other'], resend: true })];
  assert.deepEqual(verdict(posts, [arrival('a', { digest: 'one' })]).changed, []);
  assert.deepEqual(verdict(posts, [arrival('a', { digest: 'other' })]).changed, []);
  assert.deepEqual(verdict(posts, [arrival('a', { digest: 'third' })]).changed, ['a']);
  assert.deepEqual(verdict(posts, [arrival('a', { digest: 'third', status: 503 })]).changed, []);
});

test('what nobody posted, or not to an endpoint that the subscriber receives, is strange', () => {
  const posts = [post(['a'], { endpoint: 'acs' })];
  assert.deepEqual(verdict(posts, [arrival('a'), arrival('b')]).strange, ['a', 'b']);
});

const fine = {
  subscriber: 'steady',
  acknowledged: 0,
  lost: [],
  merged: [],
  doubled: [],
  changed: [],
  strange: [],
  repeats: [],
};

function verdict(posts: readonly VendorPost[], arrivals: readonly Arrival[]) {
  const [only] = checkIds({ posts, arrivals, subscribers: [steady] });
  assert.ok(only !== undefined);
  return only;
}

function post(ids: string[], changes: Partial<VendorPost> = {}): VendorPost {
  return {
    ids,
    digests: ids,
    endpoint: 'carrier',
    resend: false,
    at: 0,
    ackMs: 1,
    status: 200,
    trouble: '',
    ...changes,
  };
}

function arrival(id: string, changes: Partial<Arrival> = {}): Arrival {
  return {
    subscriber: 'steady',
    id,
    digest: id,
    message: `m-${id}`,
    attempt: 1,
    at: 5,
    status: 200,
    endedAt: 5,
    ...changes,
  };
}
