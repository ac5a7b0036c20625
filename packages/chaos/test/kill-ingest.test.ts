import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answering, eventually, type Receiver, startReceiver } from '@relay/testkit';
import { killIngest, unacknowledged } from '../src/kill-ingest.ts';

test('what a kill finds under way is cut off', async () => {
  const killed = await killed2Times(2, (_, number) => (number <= 2 ? { status: 200 } : 'hang'));
  assert.ok(killed.posts.length > 2);
  assert.deepEqual(unacknowledged(killed), { refused: 0, cutOff: killed.posts.length - 2 });
});

test('a connection that breaks before the kill is a refusal', async () => {
  const killed = await killed2Times(3, (_, number) => (number <= 3 ? 'reset' : { status: 200 }));
  assert.equal(unacknowledged(killed).refused, 3);
});

test('an answer other than 2xx is a refusal, whatever is killed', async () => {
  const killed = await killed2Times(1, (_, number) => (number === 1 ? { status: 503 } : { status: 200 }));
  assert.equal(unacknowledged(killed).refused, 1);
});

/** So many posts are under way at once. */
const lanes = 8;

/** Kills a server in the place of an ingest, once after one post and once with several under way, when the first few of all have their answer. */
async function killed2Times(answered: number, answering: Answering) {
  let number = 0;
  const counted: Answering = (request) => {
    number += 1;
    return answering(request, number);
  };
  let server: Receiver = await startReceiver(counted);
  const { port } = server;
  let rounds = 0;
  try {
    return await killIngest({
      ingest: {
        port,
        kill: () => server.close(),
        start: async () => {
          server = await startReceiver(counted, { port });
        },
      },
      untilBack: async () => {},
      go: () => rounds++ < 2,
      atAnyMoment: async () => void (await eventually('they have their answer', () => number >= answered + lanes)),
    });
  } finally {
    await server.close();
  }
}
