import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { certificateFault, firstEndOf } from '../src/index.ts';
import { pem } from './reading.ts';

const cert = pem('certificate');
const key = pem('key');

test('the certificate that ends first counts, wherever it stands among those that are sent', () => {
  const expired = pem('expired');
  const end = new X509Certificate(expired).validToDate.getTime();
  assert.ok(end < new X509Certificate(cert).validToDate.getTime());
  for (const sent of [expired, cert + expired, expired + cert]) assert.equal(firstEndOf({ cert: sent }), end);
});

test('what cannot be used is named by its key and not quoted', () => {
  assert.equal(certificateFault({ cert, key }), undefined);
  for (const [wrong, at] of [
    [{ cert, key: pem('other-key') }, 'key'],
    [{ cert: '', key }, 'cert'],
    [{ cert, key: '' }, 'key'],
    [{ cert, key: 'secret words' }, 'key'],
    [{ cert: cert.slice(0, 300), key }, 'cert'],
    [{ cert: key, key: cert }, 'cert'],
    [{ cert: cert + cert.replace(/\n.{8}/, '\nsecret=='), key }, 'cert'],
  ] as const) {
    const fault = certificateFault(wrong);
    assert.equal(fault?.key, at);
    assert.doesNotMatch(fault.message, /BEGIN|secret/);
  }
});
