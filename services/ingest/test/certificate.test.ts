import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { suite, test } from 'node:test';
import { assertUsable, firstEndOf } from '../src/certificate.ts';
import { first, second } from './certificates.ts';

suite('certificate', () => {
  test('the one that ends first counts, wherever it stands among those that are sent', () => {
    const { validToDate } = new X509Certificate(second.cert);
    assert.ok(validToDate < new X509Certificate(first.cert).validToDate);
    for (const cert of [second.cert, first.cert + second.cert, second.cert + first.cert])
      assert.equal(firstEndOf({ cert }), validToDate.getTime());
  });

  test('what OpenSSL cannot use is told without being quoted', () => {
    assertUsable(first);
    for (const wrong of [
      { cert: first.cert, key: second.key },
      { cert: '', key: first.key },
      { cert: first.cert, key: '' },
      { cert: first.cert, key: 'secret words' },
      { cert: first.cert.slice(0, 300), key: first.key },
      { cert: first.key, key: first.cert },
    ]) {
      assert.throws(
        () => assertUsable(wrong),
        (error: Error) => !/BEGIN|secret words/.test(error.message),
      );
    }
  });
});
