import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { beginPost, callback, carrier, post, problemOf, startStation } from './station.ts';

suite('400', () => {
  test('what cannot be read is refused and not kept', async (t) => {
    const station = await startStation(t);
    for (const body of ['', 'not json', '[]', 'null', `${callback()}x`]) {
      const response = await post(station.url + carrier.path, body, { 'content-type': 'application/json' });
      assert.deepEqual(await problemOf(response), [400, 'unreadable']);
    }
    assert.deepEqual(await station.unread(), []);
    assert.equal(station.linesOf('message.refused').length, 5);
  });

  test('a POST without any body is refused', async (t) => {
    const station = await startStation(t);
    const response = await fetch(station.url + carrier.path, { method: 'POST' });
    assert.deepEqual(await problemOf(response), [400, 'unreadable']);
  });

  test('of a sender that hangs up in mid-body nothing is kept', async (t) => {
    const station = await startStation(t);
    const body = callback({ requestId: 'half' });
    const half = await beginPost(station.url + carrier.path, body, body.length + 1);
    half.on('error', () => {});
    half.destroy();
    await post(station.url + carrier.path, callback({ requestId: 'whole' }));
    assert.deepEqual((await station.unread()).map(String), [callback({ requestId: 'whole' })]);
    assert.deepEqual(station.linesOf('message.refused'), []);
  });
});
