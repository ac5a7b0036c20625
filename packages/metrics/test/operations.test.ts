import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createIngestMetrics, createOperations, type OperationsOptions } from '../src/index.ts';

async function started(t: TestContext, options: Partial<OperationsOptions> = {}) {
  const operations = createOperations({
    host: '127.0.0.1',
    port: 0,
    metrics: createIngestMetrics(),
    ready: () => ({ ready: true }),
    ...options,
  });
  const { port } = await operations.listen();
  t.after(() => operations.close());
  return { operations, port, get: (path: string) => fetch(`http://127.0.0.1:${port}${path}`) };
}

test('live as long as the process answers', async (t) => {
  const { get } = await started(t, { ready: () => ({ ready: false }) });
  assert.equal((await get('/live')).status, 200);
});

test('ready says 200 and its details', async (t) => {
  const { get } = await started(t, { ready: () => ({ ready: true, listeners: 2 }) });
  const response = await get('/ready');
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { ready: true, listeners: 2 });
});

test('not ready says 503 and why', async (t) => {
  const { get } = await started(t, { ready: async () => ({ ready: false, reasons: ['Redis is away'] }) });
  const response = await get('/ready');
  assert.equal(response.status, 503);
  assert.deepEqual(await response.json(), { ready: false, reasons: ['Redis is away'] });
});

test('a check that fails is not ready, and its error stays inside', async (t) => {
  const { get } = await started(t, { ready: () => Promise.reject(new Error('redis://:secret@host is away')) });
  const response = await get('/ready');
  assert.equal(response.status, 503);
  assert.doesNotMatch(await response.text(), /secret/);
});

test('metrics are a page that Prometheus reads', async (t) => {
  const { get } = await started(t);
  const response = await get('/metrics');
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  assert.match(await response.text(), /^# TYPE relay_received_total counter$/m);
});

test('any other path is 404', async (t) => {
  const { get } = await started(t);
  assert.equal((await get('/')).status, 404);
});

test('a port in use is told by its code', async (t) => {
  const { port } = await started(t);
  const second = createOperations({
    host: '127.0.0.1',
    port,
    metrics: createIngestMetrics(),
    ready: () => ({ ready: true }),
  });
  await assert.rejects(second.listen(), { code: 'EADDRINUSE' });
  await second.close();
});

test('closing ends kept-alive connections, and closing twice is fine', async (t) => {
  const { operations, get } = await started(t);
  await (await get('/live')).text();
  await operations.close();
  await operations.close();
  await assert.rejects(get('/live'));
});

test('closing does not wait for an answer under way', async (t) => {
  const asked = Promise.withResolvers<void>();
  const { operations, get } = await started(t, {
    ready: () => {
      asked.resolve();
      return new Promise(() => {});
    },
  });
  const answer = assert.rejects(get('/ready'));
  await asked.promise;
  await operations.close();
  await answer;
});
