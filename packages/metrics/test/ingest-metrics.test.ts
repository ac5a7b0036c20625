import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIngestMetrics } from '../src/index.ts';
import { series } from './series.ts';

const kept = { endpoint: 'carrier', results: ['kept'], bytes: 600, seconds: 0.003 } as const;

test('a callback counts by endpoint and result, with its size and its time', async () => {
  const metrics = createIngestMetrics();
  metrics.received(kept);
  metrics.received(kept);
  metrics.received({ ...kept, results: ['duplicate'] });
  const seen = series(await metrics.text());
  assert.equal(seen.get('relay_received_total{endpoint="carrier",result="kept"}'), 2);
  assert.equal(seen.get('relay_received_total{endpoint="carrier",result="duplicate"}'), 1);
  assert.equal(seen.get('relay_ack_duration_seconds_bucket{le="0.005",result="kept"}'), 2);
  assert.equal(seen.get('relay_ack_duration_seconds_bucket{le="0.002",result="kept"}'), 0);
  assert.equal(seen.get('relay_received_body_bytes_sum'), 1800);
});

test('a request with several callbacks counts each of them, and its size and time once', async () => {
  const metrics = createIngestMetrics();
  metrics.received({ ...kept, results: ['kept', 'duplicate', 'kept'] });
  metrics.received({ ...kept, results: [] });
  const seen = series(await metrics.text());
  assert.equal(seen.get('relay_received_total{endpoint="carrier",result="kept"}'), 2);
  assert.equal(seen.get('relay_received_total{endpoint="carrier",result="duplicate"}'), 1);
  assert.equal(seen.get('relay_ack_duration_seconds_count{result="kept"}'), 2);
  assert.equal(seen.get('relay_received_body_bytes_count'), 2);
});

test('a callback for no endpoint counts under an empty label', async () => {
  const metrics = createIngestMetrics();
  metrics.received({ ...kept, endpoint: undefined, results: ['no-such-endpoint'] });
  assert.equal(series(await metrics.text()).get('relay_received_total{endpoint="",result="no-such-endpoint"}'), 1);
});

test('the first callback that misses an endpoint will be seen, and nobody waits for a wrong method', async () => {
  const metrics = createIngestMetrics();
  metrics.expectEndpoint('carrier');
  const text = await metrics.text();
  assert.equal(series(text).get('relay_received_total{endpoint="carrier",result="no-such-endpoint"}'), 0);
  assert.doesNotMatch(text, /method-not-allowed/);
});

test('an expected endpoint shows zeros, and expecting it again takes nothing away', async () => {
  const metrics = createIngestMetrics();
  metrics.expectEndpoint('carrier');
  const name = 'relay_received_total{endpoint="carrier",result="kept"}';
  assert.equal(series(await metrics.text()).get(name), 0);
  metrics.received(kept);
  metrics.expectEndpoint('carrier');
  assert.equal(series(await metrics.text()).get(name), 1);
});

test('a forgotten endpoint leaves no series, and the others keep theirs', async () => {
  const metrics = createIngestMetrics();
  metrics.expectEndpoint('carrier');
  metrics.received({ ...kept, results: ['too-large'] });
  metrics.received({ ...kept, endpoint: 'usage' });
  metrics.forgetEndpoint('carrier');
  const text = await metrics.text();
  assert.doesNotMatch(text, /carrier/);
  assert.equal(series(text).get('relay_received_total{endpoint="usage",result="kept"}'), 1);
});

test('a configuration that is turned down leaves the time of the one in force', async () => {
  const metrics = createIngestMetrics();
  metrics.configuration({ applied: true, at: 1_700_000_000_500 });
  metrics.configuration({ applied: false, at: 1_700_000_099_000 });
  const seen = series(await metrics.text());
  assert.equal(seen.get('relay_configuration_accepted'), 0);
  assert.equal(seen.get('relay_configuration_applied_timestamp_seconds'), 1_700_000_000.5);
});

test('Redis counts as away until it was reached', async () => {
  const metrics = createIngestMetrics();
  assert.equal(series(await metrics.text()).get('relay_redis_reachable'), 0);
  metrics.redisReachable(true);
  assert.equal(series(await metrics.text()).get('relay_redis_reachable'), 1);
});

test('certificates that are shown have an end and a count of failed handshakes; what is not shown any more has neither', async () => {
  const metrics = createIngestMetrics();
  metrics.certificates([
    { listener: '0.0.0.0:443', expiresAt: 1_800_000_000_000 },
    { listener: '0.0.0.0:9001', expiresAt: 1_900_000_000_000 },
  ]);
  metrics.handshakeFailed('0.0.0.0:443');
  metrics.certificates([{ listener: '0.0.0.0:443', expiresAt: 2_000_000_000_000 }]);
  metrics.handshakeFailed('0.0.0.0:9001');
  const text = await metrics.text();
  const seen = series(text);
  assert.equal(seen.get('relay_certificate_expires_timestamp_seconds{listener="0.0.0.0:443"}'), 2_000_000_000);
  assert.equal(seen.get('relay_tls_handshakes_failed_total{listener="0.0.0.0:443"}'), 1);
  assert.doesNotMatch(text, /9001/);
});

test('the spool is shown as it is at the scrape', async () => {
  const metrics = createIngestMetrics();
  assert.equal(series(await metrics.text()).get('relay_spool_max_bytes'), 0);
  let depth: { messages: number; bytes: number; oldestAt: number | undefined } = {
    messages: 0,
    bytes: 0,
    oldestAt: undefined,
  };
  let diskTakes = true;
  const disk = { diskTakes: () => diskTakes, diskFreeBytes: () => 9_000 };
  metrics.showSpool({ maxBytes: 1_048_576, depth: () => depth, aside: () => 3, ...disk });
  assert.equal(series(await metrics.text()).get('relay_spool_oldest_timestamp_seconds'), 0);
  depth = { messages: 7, bytes: 4_200, oldestAt: 1_700_000_000_500 };
  const seen = series(await metrics.text());
  const names = [
    'messages',
    'bytes',
    'max_bytes',
    'oldest_timestamp_seconds',
    'aside_messages',
    'disk_free_bytes',
    'writable',
  ];
  assert.deepEqual(
    names.map((name) => seen.get(`relay_spool_${name}`)),
    [7, 4_200, 1_048_576, 1_700_000_000.5, 3, 9_000, 1],
  );
  diskTakes = false;
  assert.equal(series(await metrics.text()).get('relay_spool_writable'), 0);
});

test('two services in one process count apart', async () => {
  const [one, other] = [createIngestMetrics(), createIngestMetrics()];
  one.received(kept);
  assert.equal(series(await other.text()).get('relay_received_total{endpoint="carrier",result="kept"}'), undefined);
});
