import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Network, none, type Outcome } from '@relay/core';
import { startReceiver } from '@relay/testkit';
import type { Address, Resolve } from '../src/lookup.ts';
import { givenDelivery, givenMessage, givenSubscriber } from './given.ts';
import { alwaysRefusedHosts, loopbackDetours, loopbackHosts, privateHosts } from './notations.ts';

const internet: Network = { allowPrivate: false, deny: [], allow: [] };
const internal: Network = { allowPrivate: true, deny: [], allow: [] };
const refused = { kind: 'unreachable', code: 'ERR_ADDRESS_REFUSED' };

async function startCounted(t: TestContext) {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  return receiver;
}

/** Attempts without a resolver see to it that a literal is not looked up. */
function givenAttempts(t: TestContext, resolve: Resolve = () => Promise.reject(new Error('nobody was to be asked'))) {
  const delivery = givenDelivery(t, { resolve });
  return async (url: string, network: Network): Promise<object> => {
    const { durationMs, ...outcome }: Outcome = await delivery.attempt(
      givenSubscriber(url, { network }),
      givenMessage(),
      none,
    );
    return outcome;
  };
}

const addresses = (...written: string[]): Address[] =>
  written.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

test('no spelling of this machine slips past a guard that wants the internet', async (t) => {
  const receiver = await startCounted(t);
  const attempted = givenAttempts(t);
  for (const host of [...loopbackHosts, ...loopbackDetours, ...privateHosts])
    assert.deepEqual(await attempted(`http://${host}:${receiver.port}/`, internet), refused, host);
  assert.equal(receiver.connections, 0);
});

test('every spelling of this machine gets there where private addresses may be called', async (t) => {
  const receiver = await startCounted(t);
  const attempted = givenAttempts(t);
  for (const host of loopbackHosts)
    assert.deepEqual(
      await attempted(`http://${host}:${receiver.port}/`, internal),
      { kind: 'delivered', status: 200 },
      host,
    );
  assert.equal(receiver.received.length, loopbackHosts.length);
});

test('no spelling of a metadata address is called, wherever subscribers are', async (t) => {
  const attempted = givenAttempts(t);
  for (const host of alwaysRefusedHosts)
    for (const network of [internal, internet])
      assert.deepEqual(await attempted(`http://${host}:1/`, network), refused, host);
});

test('a name is as good as its addresses', async (t) => {
  const receiver = await startCounted(t);
  for (const address of [
    '127.0.0.1',
    '::ffff:127.0.0.1',
    '::1',
    '10.0.0.1',
    '169.254.169.254',
    'fe80::1%lo',
    '64:ff9b::7f00:1',
  ]) {
    const attempted = givenAttempts(t, async () => addresses(address));
    assert.deepEqual(await attempted(`http://billing.test:${receiver.port}/`, internet), refused, address);
  }
  assert.equal(receiver.connections, 0);
  const attempted = givenAttempts(t, async () => addresses('127.0.0.1'));
  assert.deepEqual(await attempted(`http://billing.test:${receiver.port}/`, internal), {
    kind: 'delivered',
    status: 200,
  });
});

test('of several addresses only those are called that may be', async (t) => {
  const receiver = await startCounted(t);
  const attempted = givenAttempts(t, async () =>
    addresses('169.254.169.254', '127.0.0.2', '::1', '127.0.0.1', 'fe80::1'),
  );
  const network = { ...internet, allow: ['127.0.0.1'] };
  const outcome = await attempted(`http://billing.test:${receiver.port}/`, network);
  assert.deepEqual(outcome, { kind: 'delivered', status: 200 });
});

test('when an address that may be called does not answer, none is tried that may not be', async (t) => {
  const receiver = await startCounted(t);
  const attempted = givenAttempts(t, async () => addresses('127.0.0.2', '127.0.0.1'));
  const network = { ...internet, allow: ['127.0.0.2'] };
  const outcome = await attempted(`http://billing.test:${receiver.port}/`, network);
  assert.deepEqual(outcome, { kind: 'unreachable', code: 'ECONNREFUSED' });
  assert.equal(receiver.connections, 0);
});

test('a name that answers differently the second time is judged by what is called', async (t) => {
  const receiver = await startCounted(t);
  let asked = 0;
  const answers = [addresses('127.0.0.2'), addresses('127.0.0.1')];
  const delivery = givenDelivery(t, { resolve: async () => answers[asked++] ?? [] });
  const network = { ...internet, allow: ['127.0.0.2'] };
  const subscriber = givenSubscriber(`http://billing.test:${receiver.port}/`, { network });
  const { durationMs, ...outcome } = await delivery.attempt(subscriber, givenMessage(), none);
  assert.deepEqual(outcome, { kind: 'unreachable', code: 'ECONNREFUSED' });
  assert.equal(asked, 1);
  assert.equal(receiver.connections, 0);
});

test('one who may call private addresses opens none for another who shares the answer', async (t) => {
  const receiver = await startCounted(t);
  const attempted = givenAttempts(t, async () => addresses('127.0.0.1'));
  const url = `http://billing.test:${receiver.port}/`;
  assert.deepEqual(await attempted(url, internal), { kind: 'delivered', status: 200 });
  assert.deepEqual(await attempted(url, internet), refused);
  assert.equal(receiver.connections, 1);
});

test('a redirect to where nobody may go is refused, and nobody goes', async (t) => {
  const hidden = await startCounted(t);
  const receiver = await startReceiver(() => ({ status: 307, headers: { location: hidden.url } }));
  t.after(() => receiver.close());
  const attempted = givenAttempts(t);
  assert.deepEqual(await attempted(receiver.url, internal), { kind: 'refused', status: 307 });
  assert.equal(hidden.connections, 0);
});

test('a resolver that fails is what it says', async (t) => {
  const attempted = givenAttempts(t, () => Promise.reject(Object.assign(new Error(), { code: 'EAI_AGAIN' })));
  assert.deepEqual(await attempted('http://billing.test/', internal), { kind: 'unreachable', code: 'EAI_AGAIN' });
});

test('a name without addresses is refused', async (t) => {
  const attempted = givenAttempts(t, async () => []);
  assert.deepEqual(await attempted('http://billing.test/', internal), refused);
});
