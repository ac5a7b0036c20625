import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createIngestMetrics, createOperations, describeListenError } from '../src/index.ts';

async function sentenceFor(address: { host: string; port: number }): Promise<string> {
  const operations = createOperations({ ...address, metrics: createIngestMetrics(), ready: () => ({ ready: true }) });
  const error = await operations.listen().then(
    () => assert.fail('it listens'),
    (reason: unknown) => reason,
  );
  return describeListenError(error, address, 'ingest.operations');
}

test('a port in use is told with the key to change', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  assert.equal(
    await sentenceFor({ host: '127.0.0.1', port }),
    `port ${port} on 127.0.0.1 is in use: end what uses it, or change ingest.operations in the configuration`,
  );
});

test('an address that this machine does not have is told with the key to change', async () => {
  assert.equal(
    await sentenceFor({ host: '192.0.2.1', port: 0 }),
    '192.0.2.1 is no address of this machine: change ingest.operations in the configuration',
  );
});
