import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { callback, carrier, post, problemOf, startStation } from './station.ts';

const maxBodyBytes = 10_000;

function bodyOf(bytes: number): string {
  return callback({ padding: '' }).replace(
    '"padding":"',
    `"padding":"${'x'.repeat(bytes - callback({ padding: '' }).length)}`,
  );
}

suite('413', () => {
  test('a body of ingest.maxBody is kept, one more byte is refused', async (t) => {
    const station = await startStation(t, { ingest: { maxBodyBytes } });
    assert.equal((await post(station.url + carrier.path, bodyOf(maxBodyBytes))).status, 200);
    assert.deepEqual(await problemOf(await post(station.url + carrier.path, bodyOf(maxBodyBytes + 1))), [
      413,
      'too-large',
    ]);
    assert.deepEqual((await station.unread()).map(String), [bodyOf(maxBodyBytes)]);
  });

  test('a body that does not say its length is refused as well', async (t) => {
    const station = await startStation(t, { ingest: { maxBodyBytes } });
    const body = new Blob([bodyOf(maxBodyBytes + 1)]).stream();
    const response = await fetch(station.url + carrier.path, { method: 'POST', body, duplex: 'half' });
    assert.deepEqual(await problemOf(response), [413, 'too-large']);
    assert.deepEqual(await station.unread(), []);
  });
});
