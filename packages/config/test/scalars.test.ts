import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isAddressRange } from '../src/address-range.ts';
import { formatDuration, parseDuration } from '../src/duration.ts';
import { isName } from '../src/name.ts';
import { nearMiss } from '../src/near-miss.ts';
import { formatSize, parseSize } from '../src/size.ts';

test('a duration is a whole number and a unit', () => {
  const written = { '500ms': 500, '15s': 15_000, '10m': 600_000, '24h': 86_400_000, '7d': 604_800_000, '0s': 0 };
  for (const [text, ms] of Object.entries(written)) assert.equal(parseDuration(text), ms, text);
  for (const text of ['', '15', 's', '1.5h', '-1s', '1 s', '1S', '1s ', '1s\n', '1w', '1h30m', '9999999999999d']) {
    assert.equal(parseDuration(text), undefined, JSON.stringify(text));
  }
});

test('a size is a whole number and a binary unit', () => {
  const written = { '0B': 0, '512B': 512, '64KiB': 65_536, '1MiB': 1_048_576, '2GiB': 2_147_483_648 };
  for (const [text, bytes] of Object.entries(written)) assert.equal(parseSize(text), bytes, text);
  for (const text of ['', '1', 'MiB', '1MB', '1kb', '1 MiB', '1.5MiB', '-1B', '1MiB\n']) {
    assert.equal(parseSize(text), undefined, JSON.stringify(text));
  }
});

test('every duration and every size is read as it was written', () => {
  const amounts = fc.oneof(
    fc.nat(),
    fc.nat(1000).map((count) => count * 3_600_000),
    fc.nat(1000).map((count) => count * 1024 ** 2),
  );
  fc.assert(fc.property(amounts, (ms) => assert.equal(parseDuration(formatDuration(ms)), ms)));
  fc.assert(fc.property(amounts, (bytes) => assert.equal(parseSize(formatSize(bytes)), bytes)));
});

test('durations and sizes are written in their largest whole unit', () => {
  assert.deepEqual([90_000, 3_600_000, 1500, 0, 259_200_000].map(formatDuration), ['90s', '1h', '1500ms', '0ms', '3d']);
  assert.deepEqual([65_536, 1000, 0, 1_048_576].map(formatSize), ['64KiB', '1000B', '0B', '1MiB']);
});

test('an address range is an address, alone or with a prefix that fits it', () => {
  for (const range of [
    '10.0.0.1',
    '10.0.0.0/8',
    '0.0.0.0/0',
    '1.2.3.4/32',
    '::1',
    '2001:db8::/32',
    '::/0',
    '::1/128',
    '::ffff:1.2.3.4',
  ]) {
    assert.ok(isAddressRange(range), range);
  }
  for (const range of [
    '',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '::1/129',
    'fe80::1%eth0',
    'host',
    '1.2.3.4/8/8',
    '1.2.3.4 ',
    '/8',
  ]) {
    assert.ok(!isAddressRange(range), range);
  }
});

test('a name is safe wherever it becomes part of something', () => {
  for (const name of ['a', 'thingspace-0000123456-00001-CarrierService', '7.b_c', 'x'.repeat(100)])
    assert.ok(isName(name), name);
  for (const name of ['', '-a', '.a', '_a', 'a b', 'a:b', '{a}', 'a/b', 'a"', 'ä', 'a\n', 'x'.repeat(101)]) {
    assert.ok(!isName(name), JSON.stringify(name));
  }
});

test('a near miss is a slip or two away, and nothing else is', () => {
  const known = ['timeout', 'concurrency', 'retry', 'url', 'maxBody'];
  assert.equal(nearMiss('tiemout', known), 'timeout');
  assert.equal(nearMiss('concurency', known), 'concurrency');
  assert.equal(nearMiss('maxbody', known), 'maxBody');
  assert.equal(nearMiss('URL', known), 'url');
  for (const word of ['', 'x', 'time', 'ur', 'parallel']) assert.equal(nearMiss(word, known), undefined, word);
});
