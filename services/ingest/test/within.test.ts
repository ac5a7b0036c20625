import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { suite, test } from 'node:test';
import { within } from '../src/within.ts';

const limitMs = 20;

suite('within', () => {
  test('an answer that arrives while the process is busy is in time, however long that takes', async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const asking = connect((server.address() as AddressInfo).port, '127.0.0.1');
    t.after(() => asking.destroy());
    const [[answering]] = (await Promise.all([once(server, 'connection'), once(asking, 'connect')])) as [
      [Socket],
      unknown,
    ];
    const answer = within(limitMs, once(asking, 'data'));
    answering.write('here');
    const begun = performance.now();
    while (performance.now() - begun < 2 * limitMs);
    assert.deepEqual((await answer).map(String), ['here']);
  });

  test('what does not answer is given up', async () => {
    await assert.rejects(within(limitMs, new Promise(() => {})), /no answer within 20 ms/);
  });
});
