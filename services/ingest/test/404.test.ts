import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { callback, carrier, post, problemOf, startStation } from './station.ts';

suite('404', () => {
  test('a path that is no endpoint’s is refused, whatever the method', async (t) => {
    const station = await startStation(t);
    for (const path of [
      '/',
      '/thingspace',
      `${carrier.path}/`,
      carrier.path.toUpperCase(),
      '/__proto__',
      '//',
      '/%zz',
    ]) {
      assert.deepEqual(await problemOf(await post(station.url + path, callback())), [404, 'no-such-endpoint'], path);
      assert.deepEqual(await problemOf(await fetch(station.url + path)), [404, 'no-such-endpoint'], path);
    }
    assert.deepEqual(await station.unread(), []);
  });
});
