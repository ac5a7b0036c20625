import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { type Journal, NotKeptError, outageMs } from '@relay/journal';
import { eventually } from '@relay/testkit';
import { tried } from '../src/token.ts';
import { givenDrain, recordOf } from './draining.ts';
import { carrier } from './station.ts';

/** As many as count as tried after a start, since the process before may have ended on the way. */
const firstBatch = 64;
/** So long ago the log has forgotten by which token it took a message. */
const ageMs = carrier.dedupMs + outageMs + 60_000;

/** A drain of which is known what it looks for. */
async function givenLooks(t: TestContext, keepOf: (journal: Journal) => Journal['keep'] = ({ keep }) => keep) {
  const looked: string[] = [];
  let underWay = 0;
  let mostUnderWay = 0;
  const given = await givenDrain(t, {
    changed: (journal) => ({
      keep: keepOf(journal),
      async holds(endpoint, messages, token) {
        looked.push(token);
        underWay += 1;
        mostUnderWay = Math.max(mostUnderWay, underWay);
        return journal.holds(endpoint, messages, token).finally(() => {
          underWay -= 1;
        });
      },
    }),
  });
  const { spool } = given.spools;
  const drainAll = async () => {
    given.drain.wake();
    await eventually('the spool is drained', () => spool.depth().messages === 0);
  };
  /** What came before is not looked for any more. */
  const passFirstBatch = async () => {
    for (let n = 0; n < firstBatch; n += 1) await spool.append(recordOf(carrier.name));
    await drainAll();
    looked.length = 0;
  };
  return { ...given, spool, looked, most: () => mostUnderWay, drainAll, passFirstBatch };
}

suite('into the log', () => {
  test('what the log has forgotten is looked for where it was tried, and nothing else is', async (t) => {
    const { spool, looked, drainAll, passFirstBatch, unread } = await givenLooks(t);
    await passFirstBatch();
    const old = Array.from({ length: 20 }, () => recordOf(carrier.name, { ageMs }));
    const wasTried = old.map((record) => ({ ...record, token: tried(record.token) }));
    const young = recordOf(carrier.name, { ageMs: carrier.dedupMs });
    const others = [{ ...young, token: tried(young.token) }, recordOf(carrier.name, { ageMs })];
    for (const record of [...wasTried, ...others]) await spool.append(record);
    await drainAll();
    assert.deepEqual(looked.toSorted(), wasTried.map(({ token }) => token).sort());
    assert.equal((await unread()).length, firstBatch + old.length + others.length);
  });

  test('what a process before this one may have brought into the log is looked for: the first batch, a few at a time', async (t) => {
    const { spool, looked, most, drainAll } = await givenLooks(t);
    const records = Array.from({ length: firstBatch + 10 }, () => recordOf(carrier.name, { ageMs }));
    for (const record of records) await spool.append(record);
    await drainAll();
    assert.deepEqual(
      looked.toSorted(),
      records
        .slice(0, firstBatch)
        .map(({ token }) => tried(token))
        .sort(),
    );
    assert.ok(most() <= 2, `${most()} at once`);
  });

  test('what only the drain has tried, and nobody confirmed, is looked for', async (t) => {
    const unconfirmed = recordOf(carrier.name, { ageMs });
    let lost = 0;
    const { spool, looked, drainAll, passFirstBatch, unread } = await givenLooks(
      t,
      ({ keep }) =>
        async (...request) => {
          const keepings = await keep(...request);
          if (request[2] !== tried(unconfirmed.token) || lost > 0) return keepings;
          lost += 1;
          throw new NotKeptError('its answer was lost');
        },
    );
    await passFirstBatch();
    await spool.append(unconfirmed);
    await drainAll();
    assert.deepEqual([lost, looked], [1, [tried(unconfirmed.token)]]);
    assert.equal((await unread()).length, firstBatch + 1);
  });
});
