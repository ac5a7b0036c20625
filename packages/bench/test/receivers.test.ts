import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callbackBody } from '../src/callback.ts';
import { createReceivers } from '../src/receivers.ts';

test('receivers write down what came, what came again, and what did not come', async () => {
  await using closing = new AsyncDisposableStack();
  const receivers = closing.adopt(createReceivers(), (opened) => opened.close());
  const [first = '', second = ''] = await receivers.open({ subscribers: 2, capacity: 3 });
  const post = (url: string, id: number) => fetch(url, { method: 'POST', body: callbackBody(id) });
  await post(first, 0);
  await post(first, 2);
  await post(first, 2);
  await post(second, 1);

  const progress = await receivers.awaitArrivals({ count: 3, stallMs: 60_000 });
  assert.equal(progress.arrived, 3);
  const { at, repeated } = receivers.arrivals();
  assert.deepEqual(
    [...at].map((ms) => ms > 0),
    [true, false, true, false, true, false],
  );
  assert.equal(repeated, 1);
});

test('receivers answer what they are told to, and write down all the same what came', async () => {
  await using closing = new AsyncDisposableStack();
  const receivers = closing.adopt(createReceivers(), (opened) => opened.close());
  const [url = ''] = await receivers.open({ subscribers: 1, capacity: 2 });
  const post = async (id: number) => (await fetch(url, { method: 'POST', body: callbackBody(id) })).status;
  assert.equal(await post(0), 200);
  receivers.answerWith(410);
  assert.equal(await post(1), 410);
  assert.equal(receivers.progress().arrived, 2);
});

test('waiting for what never comes ends once nothing comes any more', async () => {
  await using closing = new AsyncDisposableStack();
  const receivers = closing.adopt(createReceivers(), (opened) => opened.close());
  await receivers.open({ subscribers: 1, capacity: 1 });
  assert.equal((await receivers.awaitArrivals({ count: 1, stallMs: 10 })).arrived, 0);
});
