import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { statusesOf } from './raw-connection.ts';
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

  test('a body that is encoded on its way is refused as well, but for chunked', async (t) => {
    const station = await startStation(t);
    const chunks = `${callback().length.toString(16)}\r\n${callback()}\r\n0\r\n\r\n`;
    const posted = (transfer: string) =>
      statusesOf(
        station.url,
        `POST ${carrier.path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: ${transfer}\r\n\r\n${chunks}`,
      );
    assert.deepEqual(await posted('gzip, chunked'), [415]);
    assert.deepEqual(await posted('Chunked'), [200]);
    assert.deepEqual((await station.unread()).map(String), [callback()]);
  });

  test('the encoding that is none is taken', async (t) => {
    const station = await startStation(t);
    assert.equal((await post(station.url + carrier.path, callback(), { 'content-encoding': 'identity' })).status, 200);
  });

  test('nothing is unpacked: the answer does not wait for the body', async (t) => {
    const station = await startStation(t);
    const head = `POST ${carrier.path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-encoding: gzip\r\n`;
    assert.deepEqual(await statusesOf(station.url, `${head}content-length: 100000\r\n\r\n`), [415]);
    const bomb = gzipSync(Buffer.alloc(100 * 1_048_576));
    const response = await post(station.url + carrier.path, bomb, { 'content-encoding': 'gzip' });
    assert.deepEqual(await problemOf(response), [415, 'unsupported-encoding']);
    assert.equal((await post(station.url + carrier.path, callback())).status, 200);
    assert.deepEqual((await station.unread()).map(String), [callback()]);
  });
});
