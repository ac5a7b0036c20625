import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { suite, test } from 'node:test';
import { type Decoded, type KeptMessage, type Source, sourceNames } from '@relay/core';
import { sampleNames } from '@relay/testkit';
import { CloudEvent, HTTP } from 'cloudevents';
import fc from 'fast-check';
import { binaryCloudEvent, structuredCloudEvent } from '../src/index.ts';
import { bare, folders, kept, keptOf, sourceOf } from './payload-of.ts';

const attributes = {
  specversion: '1.0',
  id: 'carrier-1700000000000-0-abcd',
  source: '/carrier',
  type: 'callback-relay.thingspace.activateResponse',
  time: '2023-11-14T22:13:20.000Z',
  relayendpoint: 'carrier',
  relaysource: 'thingspace',
  subject: '89000000000000000017',
  relayaccount: '0000123456-00001',
  relayservice: 'CarrierService',
  relaytype: 'activateResponse',
  relaycorrelationid: 'request-7',
  relaystatus: 'Success',
};

const decoded: Decoded = { devices: [{ id: '89000000000000000017', kind: 'iccid' }], content: 'null' };
const deviceless: Decoded = { devices: [], content: 'null' };

function decodingTo(said: Decoded): Pick<Source, 'decode'> {
  return { decode: () => said };
}

function structured(message: KeptMessage, said = decoded): string {
  return structuredCloudEvent(decodingTo(said), 'thingspace', message).toString();
}

function binary(message: KeptMessage, said = decoded) {
  return binaryCloudEvent(decodingTo(said), 'thingspace', message);
}

/** The event that the CloudEvents project's own reader finds in a request; it throws for one that is not as it should be. */
function readEvent(headers: Readonly<Record<string, string>>, body: string | Buffer): CloudEvent<unknown> {
  const event = HTTP.toEvent<unknown>({ headers: { ...headers }, body });
  assert.ok(event instanceof CloudEvent);
  event.validate();
  return event;
}

const structuredType = { 'content-type': 'application/cloudevents+json' };

function dataOf(message: KeptMessage): unknown {
  const { data_base64: base64, data } = JSON.parse(structured(message));
  return base64 === undefined ? data : Buffer.from(base64, 'base64');
}

suite('structured', () => {
  test('what is known of a message are attributes, and its JSON is the data as it came in', () => {
    const body = '{ "usage": 12345678901234567890, "note": "\\u00e9" }\n';
    const event = structured({ ...kept, body: Buffer.from(body) });
    const head = JSON.stringify({ ...attributes, datacontenttype: 'application/json' });
    assert.equal(event, `${head.slice(0, -1)},"data":${body}}`);
  });

  test('what is not known is left out', () => {
    const { specversion, id, source, time, relayendpoint, relaysource, ...others } = JSON.parse(
      structured(bare, deviceless),
    );
    assert.deepEqual(others, {
      type: 'callback-relay.thingspace',
      datacontenttype: 'application/json',
      data: { status: 'Success' },
    });
  });

  const bodies: readonly [name: string, contentType: string | undefined, body: Buffer, data: unknown, type: string][] =
    [
      ['JSON of another type', 'text/plain', Buffer.from('[1]'), [1], 'application/json'],
      ['JSON of a type of its own', 'application/vnd.x+json; v=1', Buffer.from('1'), 1, 'application/vnd.x+json; v=1'],
      ['JSON behind a byte order mark', 'text/json', Buffer.from('\ufeff{"a":1}'), { a: 1 }, 'text/json'],
      ['XML', 'text/xml', Buffer.from('<a/>'), Buffer.from('<a/>'), 'text/xml'],
      ['a text that says it is JSON', 'application/json', Buffer.from('{'), Buffer.from('{'), 'application/json'],
      ['JSON that is not UTF-8', 'application/json', latin1('"\u00e9"'), latin1('"\u00e9"'), 'application/json'],
      ['bytes without a type', undefined, Buffer.from([0xff, 0]), Buffer.from([0xff, 0]), 'application/octet-stream'],
      ['nothing', 'text/plain', Buffer.alloc(0), Buffer.alloc(0), 'text/plain'],
      ['a type too long', `text/${'x'.repeat(1024)}`, Buffer.from('a'), Buffer.from('a'), 'application/octet-stream'],
    ];
  for (const [name, contentType, body, data, type] of bodies) {
    test(`${name} keeps every byte, and its type`, () => {
      const message = { ...kept, contentType, body };
      assert.deepEqual(dataOf(message), data);
      assert.equal(JSON.parse(structured(message)).datacontenttype, type);
    });
  }
});

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

suite('binary', () => {
  test('what is known of a message are headers, and its content type stays', () => {
    const { contentType, headers } = binary({ ...kept, contentType: 'text/xml; charset=utf-8' });
    assert.equal(contentType, 'text/xml; charset=utf-8');
    const expected = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]);
    assert.deepEqual(headers, Object.fromEntries(expected));
  });

  test('values are written as the HTTP binding says', () => {
    const { headers } = binary({ ...kept, account: 'Euro € 😀 100%', service: 'say "hi"' });
    assert.equal(headers['ce-relayaccount'], 'Euro%20%E2%82%AC%20%F0%9F%98%80%20100%25');
    assert.equal(headers['ce-relayservice'], 'say%20%22hi%22');
  });

  test('a vendor cannot write headers of its own', () => {
    const { headers } = binary({ ...kept, correlationId: 'a\r\nx-injected: 1' });
    assert.equal(headers['ce-relaycorrelationid'], 'a%EF%BF%BD%EF%BF%BDx-injected:%201');
  });

  test("a vendor's body that is a CloudEvent itself is not taken for the relay's", () => {
    const body = '{"specversion":"1.0","id":"theirs","source":"/","type":"theirs","data":1}';
    const message = { ...kept, contentType: 'Application/CloudEvents+json', body: Buffer.from(body) };
    const { contentType = '', headers } = binary(message);
    assert.equal(contentType, 'application/octet-stream');
    assert.equal(readEvent({ ...headers, 'content-type': contentType }, message.body).id, kept.id);
  });
});

suite('attributes', () => {
  const typeOf = (type: string) => JSON.parse(structured({ ...kept, type })).type;

  test('a type is the word of the vendor as long as it is one word', () => {
    assert.equal(typeOf('call_end'), 'callback-relay.thingspace.call_end');
    for (const odd of ['two words', 'a/b', 'é', '', 'x'.repeat(129)])
      assert.equal(typeOf(odd), 'callback-relay.thingspace', odd);
  });

  test('what is empty, or too long for a header, is no attribute in either mode', () => {
    const message = { ...kept, account: '', correlationId: 'x'.repeat(1025), service: 'ä'.repeat(171) };
    const event = JSON.parse(structured(message));
    const { headers } = binary(message);
    for (const name of ['relayaccount', 'relaycorrelationid', 'relayservice']) {
      assert.equal(name in event, false, name);
      assert.equal(`ce-${name}` in headers, false, name);
    }
    assert.equal(JSON.parse(structured({ ...kept, service: 'ä'.repeat(170) })).relayservice, 'ä'.repeat(170));
  });

  test('characters that CloudEvents forbids are replaced', () => {
    assert.equal(JSON.parse(structured({ ...kept, account: 'a\u0000\u009f\ufdd0\ud800b' })).relayaccount, 'a����b');
  });
});

suite('read by the cloudevents package', () => {
  const recorded = folders.flatMap(([folder, source]) =>
    sampleNames(folder).flatMap((name) => keptOf(name, source).map((message) => ({ source, message }))),
  );

  test('every recorded callback, in one JSON', () => {
    assert.ok(recorded.length > 20);
    for (const { source, message } of recorded) {
      const event = readEvent(structuredType, structuredCloudEvent(sourceOf(source), source, message).toString());
      assert.equal(event.id, message.id);
      assert.equal(event.relayendpoint, message.endpoint);
      const data = event.data_base64 === undefined ? event.data : Buffer.from(event.data_base64, 'base64');
      const isXml = message.contentType?.startsWith('text/xml');
      assert.deepEqual(data, isXml ? message.body : JSON.parse(message.body.toString()));
    }
  });

  test('every recorded callback, with its facts in headers', () => {
    for (const { source, message } of recorded) {
      const { contentType = '', headers } = binaryCloudEvent(sourceOf(source), source, message);
      const event = readEvent({ ...headers, 'content-type': contentType }, message.body.toString());
      assert.equal(event.id, message.id);
      assert.equal(event.source, `/${message.endpoint}`);
      assert.equal(event.datacontenttype, message.contentType);
      assert.ok(event.subject === undefined || message.body.includes(event.subject));
    }
  });

  test('whatever a vendor writes', () => {
    const text = fc.option(fc.string({ unit: 'binary' }), { nil: undefined });
    const odd = fc.record({
      contentType: fc.option(fc.constantFrom('application/json', 'text/plain', 'a\u0001b'), { nil: undefined }),
      account: text,
      service: text,
      type: text,
      correlationId: text,
      status: text,
      body: fc.oneof(fc.uint8Array().map(Buffer.from), fc.json().map(Buffer.from)),
    });
    const decoding = fc.string({ unit: 'binary' }).map((id) => ({ devices: [{ id, kind: 'imei' }], content: '""' }));
    fc.assert(
      fc.property(odd, decoding, fc.constantFrom(...sourceNames), (changes, said, source) => {
        const message = { ...kept, ...changes };
        const whole = structuredCloudEvent(decodingTo(said), source, message);
        assert.ok(isUtf8(whole));
        readEvent(structuredType, whole.toString());
        const { headers } = binaryCloudEvent(decodingTo(said), source, message);
        for (const value of Object.values(headers)) assert.match(value, /^[\x21-\x7e]+$/);
        readEvent({ ...headers, 'content-type': 'application/octet-stream' }, message.body);
      }),
    );
  });
});
