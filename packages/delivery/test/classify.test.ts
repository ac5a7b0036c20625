import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outcome } from '@relay/core';
import fc from 'fast-check';
import { classify, parseRetryAfter } from '../src/classify.ts';

const at = { durationMs: 7, now: Date.parse('2026-11-22T10:00:00Z') };
const answer = (status: number) => classify({ status, retryAfter: undefined }, at);
const failure = (code: string) => classify({ code, stale: false }, at);

test('every 2xx is delivered', () => {
  for (const status of [200, 202, 204, 226, 299])
    assert.deepEqual(answer(status), { kind: 'delivered', status, durationMs: 7 });
});

test('every other status is refused', () => {
  for (const status of [101, 199, 300, 302, 304, 400, 410, 429, 500, 503, 599, 999]) {
    assert.deepEqual(answer(status), { kind: 'refused', status, durationMs: 7 });
  }
});

test('a refusal carries its Retry-After', () => {
  const outcome = classify({ status: 429, retryAfter: '120' }, at);
  assert.deepEqual(outcome, { kind: 'refused', status: 429, retryAfterMs: 120_000, durationMs: 7 });
});

const codes: readonly [Outcome['kind'], string][] = [
  ['timeout', 'ETIMEDOUT'],
  ['timeout', 'ERR_CONNECT_TIMEOUT'],
  ['unreachable', 'ECONNREFUSED'],
  ['unreachable', 'EHOSTUNREACH'],
  ['unreachable', 'ENOTFOUND'],
  ['unreachable', 'EAI_AGAIN'],
  ['unreachable', 'ERR_ADDRESS_REFUSED'],
  ['unreachable', 'ERR_PROXY'],
  ['reset', 'ECONNRESET'],
  ['reset', 'EPIPE'],
  ['tls', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['tls', 'SELF_SIGNED_CERT_IN_CHAIN'],
  ['tls', 'CERT_HAS_EXPIRED'],
  ['tls', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['tls', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['tls', 'ERR_SSL_WRONG_VERSION_NUMBER'],
  ['tls', 'EPROTO'],
  ['failed', 'HPE_INVALID_CONSTANT'],
  ['failed', 'ERR_INVALID_URL'],
];
for (const [kind, code] of codes) {
  test(`${code} is ${kind}`, () => assert.deepEqual(failure(code), { kind, code, durationMs: 7 }));
}

// HTTP dates are GMT whatever zone the machine is in.
process.env.TZ = 'America/Sao_Paulo';

const retryAfters: readonly [name: string, value: string | undefined, ms: number | undefined][] = [
  ['none', undefined, undefined],
  ['seconds', '120', 120_000],
  ['zero seconds', '0', 0],
  ['an HTTP date', 'Sun, 22 Nov 2026 10:01:30 GMT', 90_000],
  ['an HTTP date in the old form', 'Sunday, 22-Nov-26 10:00:01 GMT', 1000],
  ['an HTTP date as asctime writes it', 'Sun Nov 22 10:01:30 2026', 90_000],
  ['a date that has passed', 'Sun, 22 Nov 2026 09:00:00 GMT', 0],
  ['more seconds than a year has', '99999999999999999999', 31_536_000_000],
  ['a date in a far year', 'Fri, 31 Dec 9999 23:59:59 GMT', 31_536_000_000],
  ['a negative number', '-1', undefined],
  ['a fraction', '1.5', undefined],
  ['an empty value', '', undefined],
  ['a word', 'soon', undefined],
  ['a day that is none', 'Sunny', undefined],
];
for (const [name, value, ms] of retryAfters) {
  test(`Retry-After of ${name} is ${ms} ms`, () => assert.equal(parseRetryAfter(value, at.now), ms));
}

test('no Retry-After makes a wait that is no number', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.date().map(String)), (value) => {
      const ms = parseRetryAfter(value, at.now);
      return ms === undefined || (ms >= 0 && Number.isFinite(ms));
    }),
  );
});
