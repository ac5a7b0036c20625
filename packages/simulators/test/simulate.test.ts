import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Answering, eventually, type Receiver, startReceiver } from '@relay/testkit';
import type { Report } from '../src/report.ts';
import { type SimulateOptions, simulate } from '../src/simulate.ts';
import { verifies } from './given.ts';

interface Run {
  readonly receiver: Receiver;
  readonly report: Report;
}

/** Against a receiver in place of ingest. */
async function simulated(
  context: TestContext,
  answering: Answering,
  options: Partial<SimulateOptions> = {},
): Promise<Run> {
  const receiver = await startReceiver(answering);
  context.after(receiver.close);
  const { vendor = 'thingspace', ...others } = options;
  const fixed = { url: `${receiver.url}/hook`, seed: 5, verify: verifies[vendor], speed: 100, services: [] };
  return { receiver, report: await simulate({ vendor, ...fixed, ...others }) };
}

/** What ThingSpace sends again. */
const carrier = { services: ['CarrierService'], count: 5 };
const countIn = (body: Buffer): number => JSON.parse(String(body)).callbackCount;
const requestIn = (body: Buffer): string => JSON.parse(String(body)).requestId;

test('everything that was sent is in the report, byte for byte, with its answers', async (context) => {
  const { receiver, report } = await simulated(context, () => ({ status: 202, body: 'thanks' }), { count: 30 });
  assert.deepEqual(report.genuine, { accepted: 30, refused: 0, unfinished: 0 });
  const attempts = report.sent.flatMap((sent) => sent.attempts);
  const bytes = (bodies: readonly Buffer[]) => bodies.map((body) => body.toString('hex')).sort();
  assert.deepEqual(
    bytes(attempts.map(({ request }) => request.body)),
    bytes(receiver.received.map(({ body }) => body)),
  );
  for (const { answer } of attempts) assert.deepEqual([answer.status, answer.text], [202, 'thanks']);
  for (const { path, headers } of receiver.received) {
    assert.equal(path, '/hook');
    assert.equal(headers['user-agent'], "Verizon's callback service");
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers.authorization, undefined);
  }
});

test('observed: what is refused comes once more, with its number, and never again', async (context) => {
  const { receiver, report } = await simulated(context, () => ({ status: 503 }), carrier);
  assert.deepEqual(report.genuine, { accepted: 0, refused: 5, unfinished: 0 });
  assert.equal(report.resends, 5);
  for (const { attempts } of report.sent) {
    assert.deepEqual(
      attempts.map(({ request }) => countIn(request.body)),
      [1, 2],
    );
  }
  assert.equal(receiver.received.length, 10);
});

test('observed: what is accepted at the second attempt is accepted', async (context) => {
  const { report } = await simulated(context, ({ body }) => ({ status: countIn(body) === 1 ? 503 : 200 }), carrier);
  assert.deepEqual(report.genuine, { accepted: 5, refused: 0, unfinished: 0 });
  assert.deepEqual(report.byStatus, { 200: 5, 503: 5 });
});

test('observed: a connection that is reset counts as no answer, and it comes once more', async (context) => {
  const { report } = await simulated(context, ({ body }) => (countIn(body) === 1 ? 'reset' : { status: 200 }), carrier);
  assert.deepEqual(report.genuine, { accepted: 5, refused: 0, unfinished: 0 });
  assert.deepEqual(report.byStatus, { 0: 5, 200: 5 });
});

test('observed: after silence the second attempt comes while the first is still open', async (context) => {
  const second = Promise.withResolvers<void>();
  const { receiver, report } = await simulated(
    context,
    async ({ body }) => {
      if (countIn(body) === 2) second.resolve();
      // The first is answered only once the second is there: without an overlap it never would be.
      await second.promise;
      return { status: 200 };
    },
    { ...carrier, count: 1, silenceMs: 20 },
  );
  assert.equal(receiver.received.length, 2);
  assert.deepEqual(report.byStatus, { 200: 2 });
});

test('documented: what is refused comes four times', async (context) => {
  const { report } = await simulated(context, () => ({ status: 500 }), {
    ...carrier,
    profile: 'documented',
    speed: 100_000,
  });
  for (const { attempts } of report.sent) {
    assert.deepEqual(
      attempts.map(({ request }) => countIn(request.body)),
      [1, 2, 3, 4],
    );
  }
});

test('an SMS from a device, and what the other vendors send, does not come again', async (context) => {
  const sms = await simulated(context, () => ({ status: 503 }), {
    services: ['EnhancedConnectivityService'],
    count: 30,
  });
  for (const { kind, attempts } of sms.report.sent) assert.equal(attempts.length, kind.includes('SMS from') ? 1 : 2);
  const { report } = await simulated(context, () => ({ status: 503 }), { vendor: 'voximplant' });
  assert.equal(report.resends, 0);
});

test('no more wait for an answer at a time than may', async (context) => {
  let [waiting, most] = [0, 0];
  const { receiver } = await simulated(
    context,
    async () => {
      waiting += 1;
      most = Math.max(most, waiting);
      await new Promise((resolve) => setImmediate(resolve));
      waiting -= 1;
      return { status: 200 };
    },
    { count: 60, concurrency: 3 },
  );
  assert.equal(receiver.received.length, 60);
  assert.ok(most <= 3, String(most));
});

test('forged ones are counted apart, and do not come again', async (context) => {
  const isGenuine = (body: Buffer) => JSON.parse(String(body)).password === 'p<&"ä';
  const { report } = await simulated(context, ({ body }) => ({ status: isGenuine(body) ? 200 : 401 }), {
    count: 60,
    forgedShare: 0.4,
  });
  assert.equal(report.genuine.accepted + report.forged.refused, 60);
  assert.ok(report.forged.refused > 10);
  assert.equal(report.attempts, 60);
  const passwords = report.sent
    .filter(({ forged }) => forged)
    .map(({ attempts }) => {
      const { password } = JSON.parse(String(attempts[0]?.request.body));
      return password;
    });
  assert.deepEqual(new Set(passwords), new Set(['p<&"äx', '', undefined]));
});

test('a forged one that is accepted is told', async (context) => {
  const { report } = await simulated(context, () => ({ status: 200 }), {
    vendor: 'ixc-acs',
    count: 30,
    lateShare: 0,
    forgedShare: 0.4,
  });
  assert.ok(report.forged.accepted > 3);
  const secrets = report.sent.map(({ forged, attempts }) => [forged, attempts[0]?.request.headers['x-secret']]);
  for (const [forged, secret] of secrets) assert.equal(secret, forged ? 'of-the-acsx' : 'of-the-acs');
});

test('the password changes at half time, and some callbacks still carry the old one', async (context) => {
  const credentials = ['new', 'old'].map((password) => ({ username: 'relay', password }));
  const { report } = await simulated(context, () => ({ status: 200 }), {
    count: 100,
    concurrency: 1,
    verify: { allow: [], credentials },
    rotate: true,
  });
  const passwords = report.sent.map(({ attempts }) => JSON.parse(String(attempts[0]?.request.body)).password);
  assert.deepEqual(new Set(passwords.slice(0, 50)), new Set(['old']));
  const late = passwords.slice(50).filter((password) => password === 'old').length;
  assert.ok(late > 3 && late < 30, String(late));
});

test('what is repeated although it was accepted has the same bytes', async (context) => {
  const { receiver, report } = await simulated(context, () => ({ status: 200 }), { count: 30, repeatedShare: 0.5 });
  assert.ok(report.repetitions > 5);
  assert.equal(receiver.received.length, 30 + report.repetitions);
  assert.equal(new Set(receiver.received.map(({ body }) => String(body))).size, 30);
});

test('a second attempt comes from another address of the vendor now and then', async (context) => {
  const { receiver } = await simulated(context, () => ({ status: 503 }), { ...carrier, count: 60, forwardedFor: true });
  const byRequest = Map.groupBy(receiver.received, ({ body }) => requestIn(body));
  const moved = [...byRequest.values()].filter(
    ([first, second]) => first?.headers['x-forwarded-for'] !== second?.headers['x-forwarded-for'],
  );
  assert.ok(moved.length > 5 && moved.length < 40, String(moved.length));
});

test('a late success comes after the error, and waiting for it holds nobody up', async (context) => {
  const { receiver } = await simulated(context, () => ({ status: 200 }), {
    vendor: 'ixc-acs',
    count: 20,
    lateShare: 0.5,
    concurrency: 1,
    speed: 36_000,
  });
  const statuses = Map.groupBy(receiver.received, ({ body }) => JSON.parse(String(body)).protocolo);
  assert.equal(statuses.size, 20);
  const orders = [...statuses.values()].map((all) => all.map(({ body }) => JSON.parse(String(body)).status).join());
  assert.deepEqual(new Set(orders), new Set(['success', 'error,success']));
  // Those that are answered at once went first.
  const prompt = receiver.received.slice(0, 3).map(({ body }) => JSON.parse(String(body)).status);
  assert.deepEqual(prompt, ['success', 'success', 'success']);
});

test('a run that is stopped ends, and says what it did not finish', async (context) => {
  const stopping = new AbortController();
  const receiver = await startReceiver(() => 'hang');
  context.after(receiver.close);
  const running = simulate({
    vendor: 'thingspace',
    url: receiver.url,
    seed: 1,
    concurrency: 2,
    stopping: stopping.signal,
  });
  await eventually('two wait for an answer', () => receiver.received.length === 2);
  stopping.abort();
  const report = await running;
  assert.deepEqual(report.genuine, { accepted: 0, refused: 0, unfinished: 2 });
  assert.deepEqual(report.byStatus, { 0: 2 });
});

test('what goes wrong on our side fails the run, and what waits for an answer does not hold it up', async (context) => {
  const receiver = await startReceiver(({ body }) =>
    JSON.parse(String(body)).callbackCount === 2 ? 'hang' : { status: 503 },
  );
  context.after(receiver.close);
  let attempts = 0;
  const running = simulate({
    ...carrier,
    vendor: 'thingspace',
    url: receiver.url,
    seed: 1,
    speed: 100,
    concurrency: 5,
    onAttempt: () => {
      attempts += 1;
      if (attempts === 5) throw new Error('the terminal is gone');
    },
  });
  await assert.rejects(running, /the terminal is gone/);
});

test('a URL that is none is no answer', async () => {
  const report = await simulate({ vendor: 'voximplant', url: 'no url', seed: 1, count: 3 });
  assert.deepEqual(report.byStatus, { 0: 3 });
});

test('a receiver that is not there is no answer', async (context) => {
  const { receiver } = await simulated(context, () => ({ status: 200 }), { count: 1 });
  await receiver.close();
  const report = await simulate({ vendor: 'voximplant', url: receiver.url, seed: 1, count: 3 });
  assert.deepEqual(report.byStatus, { 0: 3 });
  assert.match(report.sent[0]?.attempts[0]?.answer.text ?? '', /ECONNREFUSED/);
});
