import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sample } from '@relay/testkit';
import { createSource } from '../../src/index.ts';
import { takesAnything } from './any-input.ts';
import { growsEvenly } from './growth.ts';
import { assertHoldsNone, codeOf, messageOf, messagesOf, read, type Secret, type Vendor } from './vendor.ts';

/**
 * What every source guarantees, whatever its vendor sends: a new vendor hands itself over in a file beside this one.
 * What is the vendor's own (its facts, its answer, its ways to be forged) stands in the source's own tests.
 */
export function conforms(name: string, vendor: Vendor): void {
  suite(`${name}: genuine`, () => genuine(vendor));
  suite(`${name}: forged, tampered, rotated`, () => verified(vendor));
  suite(`${name}: duplicated`, () => duplicated(vendor));
  suite(`${name}: malformed`, () => malformed(vendor));
  suite(`${name}: decoded and redacted`, () => handedOn(vendor));
  suite(`${name}: anything`, () => takesAnything(vendor));
  suite(`${name}: growing`, () => growsEvenly(vendor));
}

function genuine(vendor: Vendor): void {
  for (const name of vendor.samples) {
    test(`${name} is messages that consist of its bytes`, () => {
      const received = vendor.request(sample(name), 'first');
      const messages = messagesOf(read(vendor, received));
      assert.ok(messages.length > 0);
      for (const { body, contentType, receivedAt, digest, facts } of messages) {
        assert.ok(received.body.includes(body));
        assert.ok(contentType === undefined || /^[a-z]+\/[a-z]+/.test(contentType));
        assert.equal(receivedAt, received.at);
        assert.equal(digest.length, 32);
        const { devices, ...texts } = facts;
        for (const [fact, text] of Object.entries(texts)) assert.ok(text !== '', `${fact} is empty`);
        for (const { kind } of devices) assert.equal(kind, kind.toLowerCase());
      }
    });
  }

  test('reading changes nothing, and comes to the same each time', () => {
    const source = createSource(vendor.endpoint(['first']));
    for (const name of vendor.samples) {
      const received = vendor.request(sample(name), 'first');
      const before = structuredClone(received);
      const reading = source.read(received);
      assert.deepEqual(source.read(received), reading);
      assert.deepEqual(structuredClone(received), before);
    }
  });

  test('what one source has read is untouched by what it and others read next', () => {
    const [one, other] = [createSource(vendor.endpoint(['first'])), createSource(vendor.endpoint(['first']))];
    const readings = vendor.samples.map((name, at) => {
      const reading = (at % 2 === 0 ? one : other).read(vendor.request(sample(name), 'first'));
      return { reading, before: structuredClone(reading) };
    });
    for (const { reading, before } of readings) assert.deepEqual(structuredClone(reading), before);
  });

  test('the vendor is told that all is well', () => {
    const { status } = createSource(vendor.endpoint(['first'])).answer;
    assert.ok(status >= 200 && status < 300);
  });
}

function verified(vendor: Vendor): void {
  const code = (secret: Secret, accepted: readonly Secret[], body = vendor.body(vendor.format.text('private-words'))) =>
    codeOf(read(vendor, vendor.request(body, secret), accepted), [...vendor.secrets, 'private-words']);

  for (const forgery of ['wrong', 'none'] as const) {
    test(`with ${forgery === 'none' ? 'no' : 'a wrong'} secret, a callback is unauthorized`, () => {
      for (const name of vendor.samples) assert.equal(code(forgery, ['first'], sample(name)), 'unauthorized', name);
      assert.equal(code(forgery, ['first', 'second']), 'unauthorized');
    });
  }

  test('while a secret changes, the old and the new one are both taken', () => {
    assert.equal(code('first', ['first', 'second']), undefined);
    assert.equal(code('second', ['first', 'second']), undefined);
  });

  test('before and after, only one of them is', () => {
    assert.equal(code('second', ['first']), 'unauthorized');
    assert.equal(code('first', ['second']), 'unauthorized');
    assert.equal(code('second', ['second']), undefined);
  });

  test(`a body that was tampered with is ${vendor.tampered}`, () => {
    const received = vendor.request(vendor.body(vendor.format.text('tampered-1')), 'first');
    const changed = Buffer.from(received.body.toString('latin1').replace('tampered-1', 'tampered-2'), 'latin1');
    assert.notDeepEqual(changed, received.body);
    const reading = read(vendor, { ...received, body: changed });
    if (vendor.tampered === 'refused') {
      assert.equal(codeOf(reading, vendor.secrets), 'unauthorized');
    } else {
      const same = messageOf(reading).digest.equals(messageOf(read(vendor, received)).digest);
      assert.equal(same, vendor.tampered === 'the same message');
    }
  });
}

function duplicated(vendor: Vendor): void {
  const digestsOf = (body: Buffer, secret: Secret = 'first') =>
    messagesOf(read(vendor, vendor.request(body, secret), ['first', 'second'])).map(({ digest }) =>
      digest.toString('hex'),
    );

  test('a resend is the same message', () => {
    for (const name of vendor.samples) {
      const body = sample(name);
      assert.deepEqual(digestsOf(vendor.resend?.(body) ?? body), digestsOf(body), name);
    }
  });

  test('a resend under another secret, later and from another address is the same message', () => {
    for (const name of vendor.samples) {
      const body = sample(name);
      const received = { ...vendor.request(body, 'second'), at: 1_700_000_001_300, ip: '198.51.100.7' };
      const again = messagesOf(read(vendor, received, ['first', 'second']));
      assert.deepEqual(
        again.map(({ digest }) => digest.toString('hex')),
        digestsOf(body),
        name,
      );
    }
  });

  test('every sample is another message', () => {
    const digests = vendor.samples.flatMap((name) => digestsOf(sample(name)));
    assert.equal(new Set(digests).size, digests.length);
  });

  test('two long ids that differ in their last digit make two messages', () => {
    const ids = ['12345678901234567891', '12345678901234567892', '12345678901234567890'];
    assert.equal(new Set(ids.flatMap((id) => digestsOf(vendor.identified(id)))).size, ids.length);
  });

  test('an id of many digits keeps them', () => {
    const id = '12345678901234567891';
    const { correlationId = id } = messageOf(read(vendor, vendor.request(vendor.identified(id), 'first'))).facts;
    assert.equal(correlationId, id);
  });

  test(`the digest depends on the service${vendor.namesAccount ? '' : ' and the account'} of the endpoint`, () => {
    const received = vendor.request(vendor.identified('1'), 'first');
    const digests = [{}, { account: 'other' }, { service: 'other' }].map((changes) => {
      const endpoint = { ...vendor.endpoint(['first']), account: 'one', service: 'one', ...changes };
      return messageOf(createSource(endpoint).read(received)).digest.toString('hex');
    });
    assert.equal(new Set(digests).size, vendor.namesAccount ? 2 : 3);
  });
}

function malformed(vendor: Vendor): void {
  const { format, secrets } = vendor;
  const unspeakable = [...secrets, 'private-words'];

  for (const [what, make] of Object.entries(format.broken)) {
    test(`${what}: ${vendor.malformed}`, () => {
      const body = Buffer.from(make());
      const received = vendor.request(body, 'first');
      if (vendor.malformed === 'taken') return assert.deepEqual(messageOf(read(vendor, received)).body, body);
      assert.equal(codeOf(read(vendor, received, []), unspeakable), 'unreadable');
      assert.equal(codeOf(read(vendor, received), unspeakable), 'unreadable');
    });
  }

  for (const [what, { content, becomes }] of Object.entries(format.extremes)) {
    test(`${what}: ${vendor.malformed === 'taken' ? 'read' : becomes}`, () => {
      const body = vendor.body(content());
      const received = vendor.request(body, 'first');
      if (becomes === 'unreadable' && vendor.malformed === 'refused') {
        assert.equal(codeOf(read(vendor, received), unspeakable), 'unreadable');
      } else {
        assert.ok(body.includes(messageOf(read(vendor, received)).body));
      }
      assert.ok(!('polluted' in {}));
    });
  }

  test('a callback that breaks off anywhere is never taken for a whole one', () => {
    for (const name of vendor.samples) {
      const { body: whole, ...rest } = vendor.request(
        Buffer.from(sample(name).toString('latin1').trim(), 'latin1'),
        'first',
      );
      for (let end = 0; end < whole.length; end += 1) {
        const body = whole.subarray(0, end);
        const reading = read(vendor, { ...rest, body });
        if (vendor.malformed === 'taken' && vendor.tampered !== 'refused')
          assert.deepEqual(messageOf(reading).body, body);
        else assert.ok(codeOf(reading, secrets) !== undefined, `${name}, ${end} bytes`);
      }
    }
  });

  test('a name that stands twice, where it matters which one counts, makes a callback unreadable', () => {
    for (const [index, body] of vendor.repeated.entries()) {
      assert.equal(codeOf(read(vendor, vendor.request(body, 'first')), secrets), 'unreadable', `body ${index}`);
    }
  });

  test('a byte order mark does not stop a callback', () => {
    const body = Buffer.from(`\uFEFF${vendor.body(format.text('x'))}`);
    assert.equal(messagesOf(read(vendor, vendor.request(body, 'first'))).length, 1);
  });

  test('bytes that are not UTF-8 do not stop a callback, and stay what they are', () => {
    const messages = ['\u00e4', '\u00f6'].map((letter) => {
      const body = Buffer.from(vendor.body(format.text(`Z${letter}rich`)).toString(), 'latin1');
      const message = messageOf(read(vendor, vendor.request(body, 'first')));
      assert.ok(message.body.includes(Buffer.from(`Z${letter}rich`, 'latin1')));
      return message;
    });
    const digests = new Set(messages.map(({ digest }) => digest.toString('hex')));
    assert.equal(digests.size, vendor.tampered === 'the same message' ? 1 : 2);
  });
}

function handedOn(vendor: Vendor): void {
  const { format, secrets } = vendor;
  const source = createSource(vendor.endpoint(['first']));
  const messageWith = (content: string) => messageOf(source.read(vendor.request(vendor.body(content), 'first')));

  test('a decoded body is JSON with the devices that were named, and holds no secret', () => {
    for (const name of vendor.samples) {
      for (const { body, contentType, facts } of messagesOf(source.read(vendor.request(sample(name), 'first')))) {
        const { devices, content } = source.decode(body, contentType);
        assert.doesNotThrow(() => JSON.parse(content), name);
        assert.deepEqual(devices, facts.devices);
        assertHoldsNone(JSON.stringify({ devices, content }), secrets);
      }
    }
  });

  test('decoded, words and numbers are still there with all their letters and digits', () => {
    for (const content of [format.text('words to keep'), format.number('9007199254740993'), format.number('1e400')]) {
      const { body, contentType } = messageWith(content);
      const [kept = ''] = /words to keep|9007199254740993|1e400/.exec(content) ?? [];
      assert.ok(source.decode(body, contentType).content.includes(kept), kept);
    }
  });

  test('a redacted body holds no secret, and redacting it again changes nothing', () => {
    const bodies = vendor.samples.map(sample);
    for (const each of bodies) {
      for (const { body } of messagesOf(source.read(vendor.request(each, 'first')))) {
        const redacted = source.redact(body);
        assertHoldsNone(redacted, secrets);
        assert.deepEqual(source.redact(redacted), redacted);
      }
    }
  });

  test('decoding and redacting leave out secrets alone, whatever the body is written in', () => {
    const plain = vendor.body(format.text('Z\u00fcrich'));
    for (const body of [plain, Buffer.from(`\uFEFF${plain}`), Buffer.from(plain.toString(), 'latin1')]) {
      const message = messageOf(source.read(vendor.request(body, 'first')));
      const { content } = source.decode(message.body, message.contentType);
      assert.ok(JSON.stringify(JSON.parse(content)).includes('Z\u00fcrich'));
      assertHoldsNone(content, secrets);
      const redacted = source.redact(message.body);
      assertHoldsNone(redacted, secrets);
      const city = /Z[^r]+rich/.exec(body.toString('latin1'))?.[0] ?? '';
      assert.ok(redacted.toString('latin1').includes(city));
      const { facts } = messageOf(createSource(vendor.endpoint([])).read(vendor.request(redacted, 'none')));
      assert.deepEqual(facts.devices, message.facts.devices);
    }
  });

  test('a body of another vendor, or of none, is decoded and redacted all the same', () => {
    for (const body of ['', 'words', '{}', '[]', 'null', '{"a":', '<a>', '<a/>', '\u0000'].map((text) =>
      Buffer.from(text),
    )) {
      for (const contentType of [undefined, 'application/json', 'text/xml', 'nonsense']) {
        assert.doesNotThrow(() => JSON.parse(source.decode(body, contentType).content));
        assert.deepEqual(source.redact(body), body);
      }
    }
  });
}
