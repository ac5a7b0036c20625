import type { TestContext } from 'node:test';
import type { Subscriber } from '@relay/core';
import { type Answering, type Receiver, startReceiver } from '@relay/testkit';
import type { OAuth2 } from '../src/oauth2-request.ts';
import { givenSubscriber } from './given.ts';

/** Gives `token-1`, `token-2`, …, each good for an hour. */
const givesTokens: Answering = (_request, number) => grants({ access_token: `token-${number}`, expires_in: 3600 });

export function grants(answer: object) {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token_type: 'Bearer', ...answer }),
  };
}

export async function startTokenServer(t: TestContext, answering: Answering = givesTokens): Promise<Receiver> {
  const server = await startReceiver(answering);
  t.after(() => server.close());
  return server;
}

export function authBy(tokenUrl: string, changes: Partial<OAuth2> = {}): OAuth2 {
  return {
    kind: 'oauth2',
    tokenUrl,
    clientId: 'relay',
    clientSecret: 'not-a-secret',
    credentialsIn: 'header',
    ...changes,
  };
}

/** A subscriber that answers as it is told, and takes a token of this server's. */
export async function startAuthorized(
  t: TestContext,
  auth: OAuth2,
  answering?: Answering,
  changes: Partial<Subscriber> = {},
) {
  const receiver = await startReceiver(answering);
  t.after(() => receiver.close());
  const shown = () => receiver.received.map(({ headers }) => headers.authorization);
  return { receiver, shown, subscriber: givenSubscriber(receiver.url, { auth, ...changes }) };
}
