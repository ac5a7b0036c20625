import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Received, Source } from '@relay/core';
import { sample } from '@relay/testkit';
import fc from 'fast-check';
import { createSource } from '../../src/index.ts';
import { codeOf, type Vendor } from './vendor.ts';

const runs = { numRuns: 300 };

/** Whatever comes in, a source answers with messages out of its bytes or with a refusal, and hands on what it took. */
export function takesAnything(vendor: Vendor): void {
  const strict = createSource(vendor.endpoint(['first']));
  const lax = createSource(vendor.endpoint([]));

  test('no request without the secret brings a message', () => {
    fc.assert(
      fc.property(anyReceived, (received) => {
        const reading = strict.read(received);
        assert.ok('refusal' in reading || reading.messages.length === 0);
        outcomeOf(strict, received, vendor.secrets);
      }),
      runs,
    );
  });

  test('any request is answered, verified or not', () => {
    fc.assert(
      fc.property(anyReceived, (received) => outcomeOf(lax, received, [])),
      runs,
    );
  });

  test('a sample with anything done to it is answered', () => {
    const anySample = fc.constantFrom(...vendor.samples.map(sample));
    fc.assert(
      fc.property(anySample, fc.array(anyChange, { minLength: 1, maxLength: 4 }), (body, changes) => {
        const changed = changes.reduce((bytes, change) => change(bytes), body);
        outcomeOf(lax, vendor.request(changed, 'first'), []);
        outcomeOf(strict, vendor.request(changed, 'first'), vendor.secrets);
        outcomeOf(strict, { ...vendor.request(body, 'first'), body: changed }, vendor.secrets);
      }),
      runs,
    );
  });

  test('any value may stand anywhere in a body', () => {
    fc.assert(
      fc.property(fc.json(), anyMarkup, (json, markup) => {
        for (const content of [json, markup]) outcomeOf(strict, vendor.request(vendor.body(content), 'first'), []);
      }),
      runs,
    );
  });

  test('any bytes can be decoded and redacted, whatever they are said to be', () => {
    fc.assert(
      fc.property(anyBody, fc.option(anyContentType, { nil: undefined }), (body, contentType) => {
        assertHandedOn(lax, body, contentType);
      }),
      runs,
    );
  });
}

function outcomeOf(source: Source, received: Received, unspeakable: readonly string[]): void {
  const reading = source.read(received);
  codeOf(reading, unspeakable);
  if (!('messages' in reading)) return;
  for (const { body, contentType, digest } of reading.messages) {
    assert.ok(received.body.includes(body));
    assert.equal(digest.length, 32);
    assertHandedOn(source, body, contentType);
  }
}

function assertHandedOn(source: Source, body: Buffer, contentType: string | undefined): void {
  const before = Buffer.from(body);
  const { devices, content } = source.decode(body, contentType);
  assert.doesNotThrow(() => JSON.parse(content));
  assert.ok(devices.every(({ id, kind }) => id !== '' && kind !== ''));
  source.redact(body);
  assert.deepEqual(body, before);
}

const anyMarkup = fc
  .array(
    fc.constantFrom(
      ...[
        '<',
        '</',
        '>',
        '/>',
        'a',
        'b:c',
        '="',
        '"',
        "'",
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '<?',
        '?>',
        '<!',
        '&',
        ';',
      ],
      ...['&amp;', '&#65;', '&#x110000;', '<a>', '</a>', '<a/>', ' ', '\n', '\u00e4', 'xsi:nil="true"', 'xmlns="a"'],
    ),
    { maxLength: 30 },
  )
  .map((pieces) => pieces.join(''));

const anyBody = fc.oneof(
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
  anyMarkup.map((text) => Buffer.from(text)),
  fc.string().map((text) => Buffer.from(text, 'utf16le')),
);

const anyContentType = fc.oneof(
  fc.string(),
  fc.constantFrom(
    ...['application/json', 'text/xml; charset=utf-16', 'application/soap+xml;charset="nonsense"', 'text/plain'],
    'application/x-www-form-urlencoded',
  ),
);

const anyHeader = fc.oneof(fc.string(), fc.array(fc.string(), { maxLength: 3 }), fc.constant(undefined));

const anyReceived: fc.Arbitrary<Received> = fc.record({
  body: anyBody,
  headers: fc.oneof(
    anyContentType.map((type) => ({ 'content-type': type })),
    fc.dictionary(
      fc.oneof(fc.constantFrom('content-type', 'authorization', 'x-secret', 'x-signature'), fc.string()),
      anyHeader,
    ),
  ),
  ip: fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()),
  at: fc.nat(),
  target: fc.oneof(fc.webPath(), fc.webUrl({ withQueryParameters: true }), fc.string()),
});

type Change = (bytes: Buffer) => Buffer;

/** Places are shares of the length, so that shrinking and bodies of any length go together. */
const anyPlace = fc.double({ min: 0, max: 1, noNaN: true });

const anyChange: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(anyPlace, fc.nat(255)).map(
    ([place, bits]): Change =>
      (bytes) => {
        const flipped = Buffer.from(bytes);
        const at = Math.floor(place * (bytes.length - 1));
        if (bytes.length > 0) flipped[at] = (flipped[at] ?? 0) ^ bits;
        return flipped;
      },
  ),
  fc.tuple(anyPlace, anyPlace).map(
    ([one, other]): Change =>
      (bytes) => {
        const [start, end] = rangeOf(bytes, one, other);
        return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
      },
  ),
  fc.tuple(anyPlace, anyBody).map(
    ([place, inserted]): Change =>
      (bytes) => {
        const [at] = rangeOf(bytes, place, 1);
        return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
      },
  ),
  fc.tuple(anyPlace, anyPlace).map(
    ([one, other]): Change =>
      (bytes) => {
        const [start, end] = rangeOf(bytes, one, other);
        return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
      },
  ),
);

function rangeOf({ length }: Buffer, one: number, other: number): [number, number] {
  const [start = 0, end = 0] = [one, other].map((place) => Math.floor(place * length)).sort((a, b) => a - b);
  return [start, end];
}
