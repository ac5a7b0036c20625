import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Auth, none } from '@relay/core';
import { startReceiver } from '@relay/testkit';
import { givenDelivery, givenMessage, givenSubscriber } from './given.ts';

async function authorizationBy(t: TestContext, auth: Auth): Promise<string> {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const headers = { Authorization: 'of its own' };
  await givenDelivery(t).attempt(givenSubscriber(receiver.url, { auth, headers }), givenMessage(), none);
  return receiver.received[0]?.headers.authorization ?? '';
}

test('basic: username and password in UTF-8, as RFC 7617 has them', async (t) => {
  assert.equal(
    await authorizationBy(t, { kind: 'basic', username: 'Aladdin', password: 'open sesame' }),
    'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
  );
  assert.equal(
    await authorizationBy(t, { kind: 'basic', username: 'test', password: '123£' }),
    'Basic dGVzdDoxMjPCow==',
  );
});

test('bearer: the token as it is', async (t) => {
  assert.equal(await authorizationBy(t, { kind: 'bearer', token: 'mF_9.B5f-4.1JqM' }), 'Bearer mF_9.B5f-4.1JqM');
});
