import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { callback, carrier, post, problemOf, startStation } from './station.ts';

const onlyVerizon = { ...carrier, verify: { ...carrier.verify, allow: ['3.87.163.45/32'] } };

suite('403', () => {
  test('an address that is not listed is refused and nothing is kept', async (t) => {
    const station = await startStation(t, { endpoints: [onlyVerizon] });
    assert.deepEqual(await problemOf(await post(station.url + carrier.path, callback())), [403, 'address-not-allowed']);
    assert.deepEqual(await station.unread(), []);
  });

  test('what anybody writes into X-Forwarded-For is not believed', async (t) => {
    const station = await startStation(t, { endpoints: [onlyVerizon], ingest: { trustProxy: ['192.0.2.0/24'] } });
    const response = await post(station.url + carrier.path, callback(), { 'x-forwarded-for': '3.87.163.45' });
    assert.deepEqual(await problemOf(response), [403, 'address-not-allowed']);
  });

  test('what a trusted proxy adds to X-Forwarded-For is believed, and nothing before it', async (t) => {
    const station = await startStation(t, { endpoints: [onlyVerizon], ingest: { trustProxy: ['127.0.0.0/8'] } });
    const from = async (forwardedFor: string) =>
      (await post(station.url + carrier.path, callback(), { 'x-forwarded-for': forwardedFor })).status;
    assert.equal(await from('3.87.163.45'), 200);
    assert.equal(await from('203.0.113.1, 3.87.163.45'), 200);
    assert.equal(await from('3.87.163.45, 203.0.113.1'), 403);
    assert.equal(await from('nonsense'), 403);
  });
});
