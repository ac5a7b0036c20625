import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyBytes, callbackBody, idOf } from '../src/callback.ts';

test('a callback has 600 bytes, one request id and two device ids, whatever its id', () => {
  for (const id of [0, 7, 399_999]) {
    const body = callbackBody(id);
    assert.equal(Buffer.byteLength(body), bodyBytes);
    const { requestId, deviceIds } = JSON.parse(body);
    assert.match(requestId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.deepEqual(
      deviceIds.map((device: { id: string; kind: string }) => [device.kind, device.id.length]),
      [
        ['iccid', 20],
        ['imei', 15],
      ],
    );
  }
});

test('a callback has as many bytes as are asked for, and its id is read back', () => {
  for (const bytes of [300, 499, 500, 1_000, 10_000]) {
    const body = callbackBody(123_456, bytes);
    assert.equal(Buffer.byteLength(body), bytes);
    assert.equal(JSON.parse(body).deviceIds.length, 2);
    assert.equal(idOf(Buffer.from(body)), 123_456);
  }
});

test('the id is read back from the body, and from no other body', () => {
  assert.equal(idOf(Buffer.from(callbackBody(123_456))), 123_456);
  assert.equal(idOf(Buffer.from('{"requestId":"1"}')), undefined);
});
