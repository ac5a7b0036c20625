import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { callback, carrier, post, problemOf, startStation } from './station.ts';

suite('415', () => {
  test('an encoded body is refused, since it could not go out as it came in', async (t) => {
    const station = await startStation(t);
    for (const [encoding, body] of [
      ['gzip', gzipSync(callback())],
      ['br', callback()],
      ['nonsense', callback()],
    ] as const) {
      const response = await post(station.url + carrier.path, body, { 'content-encoding': encoding });
      assert.deepEqual(await problemOf(response), [415, 'unsupported-encoding']);
    }
    assert.deepEqual(await station.unread(), []);
  });

  test('the encoding that is none is taken', async (t) => {
    const station = await startStation(t);
    assert.equal((await post(station.url + carrier.path, callback(), { 'content-encoding': 'identity' })).status, 200);
  });
});
