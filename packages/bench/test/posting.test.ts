import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { idOf } from '../src/callback.ts';
import { statusOfWhole } from '../src/connection.ts';
import { accepted, refusals } from '../src/posted.ts';
import { postClosed, postOpen } from '../src/posting.ts';

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const server = createServer((request, response) => void answer(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    target: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

test('an answer is whole when its length has come, its last chunk has come, or it has neither', () => {
  const head = 'HTTP/1.1 200 OK\r\ndate: today';
  assert.equal(statusOfWhole(`${head}\r\n`), undefined);
  assert.equal(statusOfWhole(`${head}\r\nContent-Length: 2\r\n\r\nh`), undefined);
  assert.equal(statusOfWhole(`${head}\r\nContent-Length: 2\r\n\r\nhi`), 200);
  assert.equal(statusOfWhole(`${head}\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n`), undefined);
  assert.equal(statusOfWhole(`${head}\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`), 200);
  assert.equal(statusOfWhole('HTTP/1.1 204 No Content\r\n\r\n'), 204);
});

test('every id is posted once, its bytes whole, and its answer written down', async () => {
  const ids: (number | undefined)[] = [];
  await using server = await serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const id = idOf(Buffer.concat(chunks));
    ids.push(id);
    response.writeHead(id === 103 ? 503 : 200).end();
  });
  const posted = await postClosed({
    targets: [server.target],
    firstId: 100,
    connections: 4,
    limit: 50,
    durationMs: 60_000,
  });
  assert.deepEqual(
    ids.toSorted((a, b) => (a ?? 0) - (b ?? 0)),
    Array.from({ length: 50 }, (_, index) => 100 + index),
  );
  assert.equal(posted.statuses[3], 503);
  assert.equal(accepted(posted).length, 49);
  assert.equal(refusals(posted), 1);
});

test('a connection that breaks counts as no answer, and the next post opens another', async () => {
  let asked = 0;
  await using server = await serve((request, response) => {
    asked += 1;
    if (asked === 2) request.socket.destroy();
    else request.resume().on('end', () => response.writeHead(200).end());
  });
  const posted = await postClosed({
    targets: [server.target],
    firstId: 0,
    connections: 1,
    limit: 3,
    durationMs: 60_000,
  });
  assert.deepEqual([...posted.statuses], [200, 0, 200]);
});

test('a steady rate waits for no answer', { timeout: 60_000 }, async () => {
  const held: ServerResponse[] = [];
  await using server = await serve((request, response) => {
    request.resume();
    held.push(response);
    // Every post until now waits for this one: a sender that waited for answers would never get here.
    if (held.length === 5) for (const one of held) one.writeHead(200).end();
    if (held.length > 5) response.writeHead(200).end();
  });
  const posted = await postOpen({ targets: [server.target], firstId: 0, durationMs: 100, perSecond: 500, seed: 1 });
  assert.ok(posted.statuses.length > 5);
  assert.equal(refusals(posted), 0);
});
