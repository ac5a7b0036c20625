import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Request } from '@relay/testkit';
import { accountOf } from '../src/account.ts';
import type { LoadPost } from '../src/steady-load.ts';

const clean = { acknowledged: 2, lost: [], repeated: 0, doubled: 0, strange: 0 };
const posts = [post('one', 200), post('two', 200), post('three', 0), post('four', 503)];

test('what was acknowledged and arrived once at each subscriber is in order', () => {
  const first = { received: [arrival('one', 'id-1'), arrival('two', 'id-2')] };
  const second = { received: [arrival('two', 'id-2'), arrival('one', 'id-1')] };
  assert.deepEqual(accountOf(posts, [first, second]), clean);
});

test('what was not acknowledged may arrive or not', () => {
  const received = ['one', 'two', 'three', 'four'].map((body) => arrival(body, body));
  assert.deepEqual(accountOf(posts, [{ received }]), clean);
});

test('what one subscriber misses is lost, however often another one has it', () => {
  const first = { received: [arrival('one', 'id-1'), arrival('two', 'id-2')] };
  const second = { received: [arrival('one', 'id-1')] };
  assert.deepEqual(accountOf(posts, [first, second]).lost, ['two']);
});

test('a body with one byte changed is lost, and another one strange', () => {
  const received = [arrival('one', 'id-1'), arrival('twO', 'id-2')];
  assert.deepEqual(accountOf(posts, [{ received }]), { ...clean, lost: ['two'], strange: 1 });
});

test('the same message again is repeated; the same body as another message was kept twice', () => {
  const received = [arrival('one', 'id-1'), arrival('one', 'id-1'), arrival('two', 'id-2'), arrival('two', 'id-3')];
  assert.deepEqual(accountOf(posts, [{ received }]), { ...clean, repeated: 1, doubled: 1 });
});

function post(body: string, status: number): LoadPost {
  return { body, status, trouble: '', at: 0, ackMs: 1 };
}

function arrival(body: string, id: string): Request {
  return { method: 'POST', path: '/', headers: { 'webhook-id': id }, body: Buffer.from(body), at: 0 };
}
