import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Endpoint, sourceNames } from '@relay/core';
import { createSource } from '../src/index.ts';

for (const source of sourceNames) {
  const endpoint: Endpoint = {
    name: 'e',
    source,
    path: '/e',
    account: undefined,
    service: undefined,
    dedupMs: 1,
    verify: { credentials: [], allow: ['192.0.2.1'] },
  };

  suite(source, () => {
    test('nothing comes to it but through the gate', () => {
      const received = { body: Buffer.from('{"callback_id":1}'), headers: {}, ip: '192.0.2.2', at: 1, target: '/e' };
      const reading = createSource(endpoint).read(received);
      assert.equal('refusal' in reading && reading.refusal.code, 'address-not-allowed');
    });

    test('what the head shows to be refused need not be read, and what it does not is read all the same', () => {
      const { admit, read } = createSource({ ...endpoint, verify: { ...endpoint.verify, bearer: ['a-token'] } });
      const head = { headers: {}, ip: '192.0.2.1', target: '/e' };
      assert.equal(admit({ ...head, ip: '192.0.2.2' })?.code, 'address-not-allowed');
      assert.equal(admit(head)?.code, 'unauthorized');
      assert.equal(admit({ ...head, headers: { authorization: 'Bearer a-token' } }), undefined);
      const reading = read({ ...head, body: Buffer.from('{"callback_id":1}'), at: 1 });
      assert.equal('refusal' in reading && reading.refusal.code, 'unauthorized');
    });

    test('what the endpoint answers goes before what it would', () => {
      const answer = { status: 204, body: '' };
      assert.equal(createSource({ ...endpoint, answer }).answer, answer);
      assert.notDeepEqual(createSource(endpoint).answer, answer);
    });
  });
}
