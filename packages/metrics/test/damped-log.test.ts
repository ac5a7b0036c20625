import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { createDampedLog } from '../src/index.ts';

const minuteMs = 60_000;

function givenDampedLog(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const lines: Record<string, unknown>[] = [];
  const plain = pino(
    { base: null, timestamp: false, formatters: { level: (level) => ({ level }) } },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  return { log: createDampedLog(plain), lines, pass: (ms: number) => t.mock.timers.tick(ms) };
}

test('what is wrong is said at once, and once a minute from then on, with how often it was', (t) => {
  const { log, lines, pass } = givenDampedLog(t);
  for (let second = 0; second < 90; second += 1) {
    log.error({ reason: 'reset', second }, 'redis.away');
    pass(1_000);
  }
  pass(minuteMs);
  assert.deepEqual(lines, [
    { level: 'error', reason: 'reset', second: 0, msg: 'redis.away' },
    { level: 'error', reason: 'reset', second: 59, times: 59, msg: 'redis.away' },
    { level: 'error', reason: 'reset', second: 89, times: 30, msg: 'redis.away' },
  ]);
});

test('after a minute of silence the same is news again', (t) => {
  const { log, lines, pass } = givenDampedLog(t);
  log.error({ reason: 'reset' }, 'redis.away');
  pass(minuteMs);
  log.error({ reason: 'reset' }, 'redis.away');
  assert.equal(lines.length, 2);
  assert.deepEqual(lines[0], lines[1]);
});

test('what came last is said last, so that the log ends with how things are', (t) => {
  const { log, lines, pass } = givenDampedLog(t);
  for (let blip = 0; blip < 4; blip += 1) {
    log.error({ reason: 'reset' }, 'redis.away');
    log.info({}, 'redis.reached');
  }
  lines.length = 0;
  pass(minuteMs);
  assert.deepEqual(
    lines.map(({ msg, times }) => [msg, times]),
    [
      ['redis.away', 3],
      ['redis.reached', 3],
    ],
  );
});

test('the end of what was said is said at once, and the end of what was only counted is only counted', (t) => {
  const { log, lines, pass } = givenDampedLog(t);
  const messages = () => lines.splice(0).map(({ msg, times }) => (times === undefined ? msg : [msg, times]));
  log.info({}, 'redis.reached');
  log.error({ reason: 'reset' }, 'redis.away');
  log.info({}, 'redis.reached');
  assert.deepEqual(messages(), ['redis.reached', 'redis.away', 'redis.reached']);
  for (let blip = 0; blip < 2; blip += 1) {
    log.error({ reason: 'reset' }, 'redis.away');
    log.info({}, 'redis.reached');
  }
  log.error({ reason: 'reset' }, 'redis.away');
  assert.deepEqual(messages(), []);
  pass(minuteMs);
  assert.deepEqual(messages(), [
    ['redis.reached', 2],
    ['redis.away', 3],
  ]);
  log.info({}, 'redis.reached');
  assert.deepEqual(messages(), ['redis.reached'], 'it was said that it is away');
  log.error({ reason: 'reset' }, 'redis.away');
  log.info({}, 'redis.reached');
  pass(minuteMs);
  assert.deepEqual(messages(), [
    ['redis.away', 1],
    ['redis.reached', 1],
  ]);
  log.error({ reason: 'reset' }, 'redis.away');
  log.info({}, 'redis.reached');
  assert.deepEqual(messages(), [], 'both were said at the end of the minute');
});

test('a node that is there again is said for each that was away', (t) => {
  const { log, lines } = givenDampedLog(t);
  for (const node of ['a', 'b']) log.info({ node }, 'redis.node-reached');
  for (const node of ['a', 'b']) log.error({ node, reason: `${node} is away` }, 'redis.node-away');
  for (const node of ['a', 'b']) log.info({ node }, 'redis.node-reached');
  assert.deepEqual(
    lines.map(({ node }) => node),
    ['a', 'b', 'a', 'b', 'a', 'b'],
  );
});

test('another reason and another endpoint are other news, but reasons without end are not', (t) => {
  const { log, lines, pass } = givenDampedLog(t);
  log.warn({ endpoint: 'carrier' }, 'spool.aside');
  log.warn({ endpoint: 'usage' }, 'spool.aside');
  for (let n = 0; n < 100; n += 1) log.error({ reason: `reason ${n}` }, 'redis.away');
  assert.equal(lines.length, 2 + 5);
  pass(minuteMs);
  assert.equal(lines.length, 2 + 5 + 1);
  assert.deepEqual(lines.at(-1), { level: 'error', reason: 'reason 99', times: 95, msg: 'redis.away' });
});

test('what was only counted is said when it closes, and nothing after that', (t) => {
  const { log, lines, pass } = givenDampedLog(t);
  for (let n = 0; n < 3; n += 1) log.error({ reason: 'reset' }, 'redis.away');
  log.close();
  log.error({ reason: 'other' }, 'redis.away');
  pass(minuteMs);
  assert.deepEqual(
    lines.map(({ times }) => times),
    [undefined, 2],
  );
});
