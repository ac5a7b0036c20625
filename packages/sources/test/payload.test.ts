import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Decoded, type Source, sourceNames } from '@relay/core';
import { sample, sampleNames } from '@relay/testkit';
import fc from 'fast-check';
import { jsonPayload } from '../src/index.ts';
import { bare, credentials, folders, kept, payloadsOf, readPayload, schema, sourceOf } from './payload-of.ts';

function decodingTo(decoded: Decoded): Pick<Source, 'decode'> {
  return { decode: () => decoded };
}

suite('shape', () => {
  test('everything that is known, in the order of the schema', () => {
    const payload = jsonPayload(
      decodingTo({ devices: [{ id: '7', kind: 'iccid' }], content: '[ 1.0 ]' }),
      'ixc-acs',
      kept,
    );
    assert.equal(
      payload.toString(),
      '{"id":"carrier-1700000000000-0-abcd","source":"ixc-acs","endpoint":"carrier","account":"0000123456-00001",' +
        '"service":"CarrierService","type":"activateResponse","correlationId":"request-7","status":"Success",' +
        '"devices":[{"id":"7","kind":"iccid"}],"receivedAt":"2023-11-14T22:13:20.000Z","vendorAttempt":1,' +
        '"contentType":"application/json","content":[ 1.0 ]}',
    );
    assert.deepEqual(Object.keys(JSON.parse(payload.toString())), Object.keys(schema.properties));
  });

  test('what is not known is left out', () => {
    const payload = jsonPayload(decodingTo({ devices: [], content: 'null' }), 'generic', bare);
    assert.equal(
      payload.toString(),
      '{"id":"carrier-1700000000000-0-abcd","source":"generic","endpoint":"carrier","devices":[],' +
        '"receivedAt":"2023-11-14T22:13:20.000Z","content":null}',
    );
    assert.deepEqual(Object.keys(JSON.parse(payload.toString())), schema.required);
  });

  test('the schema knows every source', () => {
    assert.deepEqual(schema.properties.source.enum, sourceNames);
  });

  test('any text is a fact, and the facts are read back as they were', () => {
    const text = fc.option(fc.string({ unit: 'binary' }), { nil: undefined });
    const members = { account: text, service: text, type: text, correlationId: text, status: text };
    const facts = fc.record(members, { noNullPrototype: true });
    fc.assert(
      fc.property(facts, text, (given, contentType) => {
        const payload = jsonPayload(decodingTo({ devices: [], content: '0' }), 'generic', {
          ...kept,
          ...given,
          contentType,
        });
        const { account, service, type, correlationId, status, ...rest } = JSON.parse(payload.toString());
        assert.deepEqual({ account, service, type, correlationId, status }, given);
        assert.equal(rest.contentType, contentType);
      }),
    );
  });
});

suite('samples', () => {
  for (const [folder, source] of folders) {
    for (const name of sampleNames(folder)) {
      test(`the payload of ${name} is as the schema says, and holds no credentials`, () => {
        for (const payload of payloadsOf(name, source)) {
          readPayload(payload);
          assert.doesNotMatch(payload.toString(), credentials);
        }
      });

      test(`${name} redacted holds no credentials`, () => {
        assert.match(sample(name).toString(), source === 'ixc-acs' ? /./ : credentials);
        assert.doesNotMatch(sourceOf(source).redact(sample(name)).toString(), credentials);
      });
    }
  }
});

suite('content', () => {
  test('numbers keep their digits, and white space and escapes stay', () => {
    const content = String.raw`{ "n":12345678901234567890.10, "e":"\u00e9\/" }`;
    const payload = jsonPayload(sourceOf('thingspace'), 'thingspace', { ...kept, body: Buffer.from(content) });
    assert.ok(payload.toString().endsWith(`,"content":${content}}`));
  });

  test('nesting may be as deep as it likes', () => {
    const content = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const payload = jsonPayload(sourceOf('thingspace'), 'thingspace', { ...kept, body: Buffer.from(content) });
    assert.ok(payload.toString().endsWith(`,"content":${content}}`));
  });

  const anyBody = fc.oneof(
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.json().map((json) => Buffer.from(json)),
    fc.json().map((json) => Buffer.from(`\ufeff${json}`)),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    fc.constantFrom(...folders.flatMap(([folder]) => sampleNames(folder)).map(sample)),
  );
  const contentTypes = ['application/json', 'text/xml', 'application/x-www-form-urlencoded', 'text/plain', 'odd'];
  const anyType = fc.constantFrom(undefined, ...contentTypes);

  for (const source of sourceNames) {
    test(`whatever the body of a message is, ${source} makes a payload of it as the schema says`, () => {
      fc.assert(
        fc.property(anyBody, anyType, (body, contentType) => {
          readPayload(jsonPayload(sourceOf(source), source, { ...kept, body, contentType }));
        }),
      );
    });
  }
});
