import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Where } from '@relay/core';
import { createRouting, type JudgedMessage } from '../src/index.ts';
import { bodyRule, decode, givenMessage, headerRule, rule } from './given.ts';

function reasons(wheres: readonly Where[], message: Partial<JudgedMessage> = {}): readonly string[] {
  const subscriber = { name: 'billing', endpoints: ['carrier'], wheres: { carrier: wheres } };
  return createRouting([subscriber], { decode }).whyNot(subscriber, givenMessage(message));
}

const success = rule('status', { anyOf: ['Success'] });
const ended = rule('type', { anyOf: ['call_end', 'sms'] });
const body = Buffer.from('{"secret":"hunter2","amount":3,"devices":["89017","89018"]}');

/** Of a message with the status Failed, the type push, a header and this body. */
const told: readonly [where: Where, reason: string][] = [
  [success, 'where.status is "Failed", wanted "Success"'],
  [ended, 'where.type is "push", wanted one of "call_end", "sms"'],
  [rule('account', { prefix: '0' }), 'where.account is missing, wanted one that begins with "0"'],
  [rule('status', { exists: false }), 'where.status is "Failed", wanted none'],
  [rule('account', { exists: true }), 'where.account is missing, wanted any'],
  [{ not: rule('status', { anyOf: ['Failed'] }) }, 'where.status is "Failed", wanted anything but "Failed"'],
  [{ not: rule('status', { exists: true }) }, 'where.status is "Failed", wanted none'],
  [rule('device', { suffix: '7x' }), 'where.device is there (2, not shown), wanted one that ends with "7x"'],
  [headerRule('x-team', { anyOf: ['ops'] }), 'where.headers.x-team is there (not shown), wanted "ops"'],
  [
    bodyRule('/amount', { atLeast: 5, below: 10 }),
    'where.body["/amount"] is there (not shown), wanted a number at least 5 and below 10',
  ],
  [bodyRule('/secret', { anyOf: [7, null] }), 'where.body["/secret"] is there (not shown), wanted one of 7, null'],
  [{ all: [rule('type', { exists: true }), success, ended] }, 'where.status is "Failed", wanted "Success"'],
  [
    { any: [success, ended] },
    '(where.status is "Failed", wanted "Success") and (where.type is "push", wanted one of "call_end", "sms")',
  ],
  [{ not: { any: [success, rule('type', { anyOf: ['push'] })] } }, 'where.type is "push", wanted anything but "push"'],
  [
    { not: { any: [rule('status', { prefix: 'Fail' }), rule('type', { anyOf: ['push'] })] } },
    'where.status is "Failed", wanted anything but one that begins with "Fail"',
  ],
  [
    { not: { all: [rule('type', { exists: true }), rule('status', { exists: true })] } },
    '(where.type is "push", wanted none) and (where.status is "Failed", wanted none)',
  ],
];

for (const [where, reason] of told) {
  test(`the reason is told: ${reason}`, () => {
    const message = { status: 'Failed', type: 'push', headers: { 'x-team': 'billing-team' }, body };
    assert.deepEqual(reasons([where], message), [reason]);
  });
}

test('a body that cannot be looked into is told as such, also under not', () => {
  const where = bodyRule('/amount', { below: 3 });
  const told = 'where.body["/amount"] cannot be judged (nobody can look into the body), wanted';
  const opaque = { body: Buffer.from('hunter2') };
  assert.deepEqual(reasons([where], opaque), [`${told} a number below 3`]);
  assert.deepEqual(reasons([{ not: where }], opaque), [`${told} anything but a number below 3`]);
});

test('there is a reason for each entry that would have done, and none when one did', () => {
  assert.equal(reasons([success, ended], { status: 'Failed' }).length, 2);
  assert.deepEqual(reasons([success, ended], { status: 'Success' }), []);
});
