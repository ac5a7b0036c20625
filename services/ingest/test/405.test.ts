import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { callback, carrier, problemOf, startStation } from './station.ts';

suite('405', () => {
  test('methods but POST, GET and HEAD are refused with those that are taken', async (t) => {
    const station = await startStation(t);
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const response = await fetch(station.url + carrier.path, { method, body: callback() });
      assert.equal(response.headers.get('allow'), 'GET, HEAD, POST');
      assert.deepEqual(await problemOf(response), [405, 'method-not-allowed']);
    }
    assert.deepEqual(await station.unread(), []);
  });
});
