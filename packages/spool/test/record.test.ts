import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@relay/core';
import fc from 'fast-check';
import { decodeRecord, encodeRecord, type SpoolRecord } from '../src/record.ts';

const text = fc.string({ unit: 'binary' });
const bytes = fc.uint8Array().map((values) => Buffer.from(values));
const whole = fc.nat();

const message: fc.Arbitrary<Message> = fc
  .record(
    {
      body: bytes,
      contentType: fc.option(text, { nil: undefined }),
      receivedAt: whole,
      digest: bytes,
      vendorAttempt: fc.option(whole, { nil: undefined }),
      resendWithinMs: whole,
      headers: fc.dictionary(text, text),
      facts: fc.record(
        { type: text, correlationId: text, devices: fc.array(fc.record({ id: text, kind: text })) },
        { requiredKeys: ['devices'] },
      ),
    },
    { requiredKeys: ['body', 'contentType', 'receivedAt', 'digest', 'vendorAttempt', 'facts'] },
  )
  .map((values) => values as Message);
const record: fc.Arbitrary<SpoolRecord> = fc.record({
  endpoint: text,
  token: text,
  messages: fc.array(message),
});

test('every record is read as it was written', () => {
  fc.assert(
    fc.property(record, (written) => {
      assert.deepEqual(decodeRecord(Buffer.concat(encodeRecord(written))), plain(written));
    }),
  );
});

/** fast-check makes objects without a prototype. */
function plain({ endpoint, token, messages }: SpoolRecord): SpoolRecord {
  return {
    endpoint,
    token,
    messages: messages.map((one) => ({
      ...one,
      ...(one.headers && { headers: { ...one.headers } }),
      facts: { ...one.facts, devices: one.facts.devices.map((device) => ({ ...device })) },
    })),
  };
}
