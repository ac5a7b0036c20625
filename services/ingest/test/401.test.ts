import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { callback, carrier, post, problemOf, startStation } from './station.ts';

suite('401', () => {
  test('wrong or missing credentials are refused and nothing is kept', async (t) => {
    const station = await startStation(t);
    for (const members of [{ password: 'wrong' }, { username: 'wrong' }, { password: undefined }]) {
      assert.deepEqual(await problemOf(await post(station.url + carrier.path, callback(members))), [
        401,
        'unauthorized',
      ]);
    }
    assert.deepEqual(await station.unread(), []);
    assert.match(
      await station.metrics(),
      /relay_received_total\{endpoint="thingspace-carrier",result="unauthorized"\} 3/,
    );
  });
});
