import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Network } from '@relay/core';
import fc from 'fast-check';
import { createGuard } from '../src/guard.ts';
import { alwaysRefusedHosts, dialled, loopbackDetours, loopbackHosts, privateHosts, publicHosts } from './notations.ts';

const open = createGuard({ allowPrivate: true, deny: [], allow: [] });
const closed = createGuard({ allowPrivate: false, deny: [], allow: [] });
const guardOf = (network: Partial<Network>) => createGuard({ allowPrivate: true, deny: [], allow: [], ...network });

for (const host of [...loopbackHosts, ...loopbackDetours, ...privateHosts]) {
  test(`${host} is called only where private addresses may be`, () => {
    assert.deepEqual([open(dialled(host)), closed(dialled(host))], [true, false]);
  });
}
for (const host of alwaysRefusedHosts) {
  test(`${host} is never called, unless allow names it`, () => {
    const address = dialled(host);
    assert.deepEqual([open(address), closed(address)], [false, false]);
  });
}
for (const host of publicHosts) {
  test(`${host} is called, private addresses or not`, () => {
    assert.deepEqual([open(dialled(host)), closed(dialled(host))], [true, true]);
  });
}

test('the hosts of both tables are those addresses, however they are written', () => {
  for (const host of loopbackHosts) assert.match(dialled(host), /^(127\.0\.0\.1|::ffff:7f00:1)$/, host);
});

test('a zone changes nothing', () => {
  assert.equal(open('fe80::1%eth0'), false);
  assert.equal(open('fe80::a9fe:a9fe%25lo'), false);
  assert.equal(closed('::1%lo'), false);
  assert.equal(closed('::ffff:127.0.0.1%lo'), false);
  assert.equal(open('::1%lo'), true);
});

test('what is no address is not called', () => {
  for (const text of ['', 'localhost', '127.1', '0x7f.0.0.1', '1.2.3.4/8', '1.2.3.4 ', '[::1]', '%', ':::'])
    assert.equal(guardOf({ allow: ['0.0.0.0/0', '::/0'] })(text), false, text);
});

test('allow opens what is always refused, and nothing beside it', () => {
  const guard = guardOf({ allowPrivate: false, allow: ['169.254.169.254', 'fe80::1', '10.1.0.0/16'] });
  assert.equal(guard('169.254.169.254'), true);
  assert.equal(guard('::ffff:169.254.169.254'), true);
  assert.equal(guard('fe80::1%eth0'), true);
  assert.equal(guard('10.1.2.3'), true);
  for (const other of ['169.254.169.253', 'fe80::2', '10.2.0.1', '127.0.0.1']) assert.equal(guard(other), false, other);
});

test('deny goes before allow', () => {
  const guard = guardOf({ deny: ['10.0.0.5', '2606::/16'], allow: ['10.0.0.0/8', '2606::/16'] });
  assert.equal(guard('10.0.0.6'), true);
  for (const denied of ['10.0.0.5', '::ffff:10.0.0.5', '64:ff9b::10.0.0.5', '2002:a00:5::', '2606:2800::1'])
    assert.equal(guard(denied), false, denied);
});

test('who allows an IPv4 address does not allow what only contains it', () => {
  const guard = guardOf({ allowPrivate: false, allow: ['127.0.0.1'] });
  assert.equal(guard('::127.0.0.1'), false);
  assert.equal(guard('2001:0:7f00:1::'), false);
  assert.equal(guard('64:ff9b:1::127.0.0.1'), false);
});

test('an address that only leads to an allowed one must be allowed as well', () => {
  assert.equal(guardOf({ allow: ['64:ff9b::/96'] })('64:ff9b::169.254.169.254'), false);
  assert.equal(guardOf({ allow: ['64:ff9b::/96', '169.254.169.254'] })('64:ff9b::169.254.169.254'), true);
});

test('a rule may be written in the clothes of IPv6', () => {
  const guard = guardOf({ deny: ['::ffff:10.0.0.0/104', '::ffff:192.0.3.1'] });
  assert.equal(guard('10.200.0.1'), false);
  assert.equal(guard('11.0.0.1'), true);
  assert.equal(guard('192.0.3.1'), false);
  assert.equal(guard('192.0.3.2'), true);
});

test('a rule for all of one kind says nothing of the other', () => {
  assert.equal(guardOf({ deny: ['::/0'] })('8.8.8.8'), true);
  assert.equal(guardOf({ deny: ['::/0'] })('2606:2800::1'), false);
  assert.equal(guardOf({ deny: ['0.0.0.0/0'] })('2606:2800::1'), true);
  assert.equal(guardOf({ deny: ['0.0.0.0/0'] })('::ffff:8.8.8.8'), false);
});

test('a rule that is none does not pass for one', () => {
  for (const rule of ['10.0.0', 'localhost', '10.0.0.0/33', '']) assert.throws(() => guardOf({ deny: [rule] }), rule);
});

const byte = fc.integer({ min: 0, max: 255 });
const ipv4 = fc.tuple(byte, byte, byte, byte);

test('an IPv4 address is judged alike in every spelling', () => {
  fc.assert(
    fc.property(
      ipv4,
      fc.boolean(),
      fc.constantFrom('10.0.0.0/8', '8.0.0.0/6', '169.254.0.0/16'),
      (bytes, flag, rule) => {
        const guard = createGuard({ allowPrivate: flag, deny: flag ? [rule] : [], allow: flag ? [] : [rule] });
        const [a = 0, b = 0, c = 0, d = 0] = bytes;
        const words = [a * 256 + b, c * 256 + d].map((word) => word.toString(16)).join(':');
        const verdict = guard(bytes.join('.'));
        return [`::ffff:${bytes.join('.')}`, `0:0:0:0:0:FFFF:${words}`, `::ffff:${words}%eth0`].every(
          (spelling) => guard(spelling) === verdict,
        );
      },
    ),
  );
});
