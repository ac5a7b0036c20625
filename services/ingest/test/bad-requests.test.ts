import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { misaimed, misframed, misheaded, wellFramed } from './bad-requests.ts';
import { statusesOf } from './raw-connection.ts';
import { callback, carrier, post, startStation } from './station.ts';
import { secrets } from './vendors.ts';

suite('bad requests', () => {
  for (const [what, requests] of Object.entries({
    'lengths that lie': misframed,
    'targets that are no path': misaimed,
    'heads that no vendor writes': misheaded,
  })) {
    test(`${what}: each is refused, none is kept or logged, and the next callback is kept`, async (t) => {
      const station = await startStation(t);
      for (const [which, { bytes, status, hangUp = false, cutOff = false }] of Object.entries(requests)) {
        const statuses = await statusesOf(station.url, bytes, { hangUp });
        if (!cutOff || statuses.length > 0) assert.deepEqual(statuses, [status], which);
      }
      assert.equal((await post(station.url + carrier.path, callback())).status, 200);
      assert.deepEqual((await station.unread()).map(String), [callback()]);
      assert.doesNotMatch(JSON.stringify(station.lines), secrets);
      assert.deepEqual(
        station.linesOf('message.refused').filter(({ code }) => code === 'not-kept'),
        [],
      );
    });
  }

  test('what is only odd is kept', async (t) => {
    for (const [what, bytes] of Object.entries(wellFramed)) {
      const station = await startStation(t);
      assert.deepEqual(await statusesOf(station.url, bytes), [200], what);
      assert.deepEqual((await station.unread()).map(String), [callback({ more: 'private words' })], what);
    }
  });
});
