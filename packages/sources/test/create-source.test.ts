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

    test('what the endpoint answers goes before what it would', () => {
      const answer = { status: 204, body: '' };
      assert.equal(createSource({ ...endpoint, answer }).answer, answer);
      assert.notDeepEqual(createSource(endpoint).answer, answer);
    });
  });
}
