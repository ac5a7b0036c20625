import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { eventually, type RunningProcess, startProcess } from '@relay/testkit';
import { main } from './relay.ts';

async function demoFor(context: TestContext): Promise<{ demo: RunningProcess; url: string }> {
  const demo = await startProcess({ args: [main, 'demo', '--port', '0'], ready: /listens on/ });
  context.after(demo.kill);
  return { demo, url: /http:\S+/.exec(demo.stdout.join())?.[0] ?? '' };
}

const attempt = (url: string, number: number) =>
  fetch(url, {
    method: 'POST',
    headers: { 'webhook-id': 'carrier-1-0-abcd', 'relay-attempt': String(number) },
    body: '{\n  "status": "Success"\n}',
  });

test('each callback is printed on one line, with what it was answered', async (context) => {
  const { demo, url } = await demoFor(context);
  assert.equal((await attempt(`${url}/steady`, 1)).status, 204);
  await eventually('it is printed', () => demo.stdout.length === 2);
  assert.equal(demo.stdout[1], '/steady  carrier-1-0-abcd  attempt 1  answered 204  {"status":"Success"}');
});

test('the first attempts fail as the URL says', async (context) => {
  const { url } = await demoFor(context);
  const statuses: number[] = [];
  for (const number of [1, 2, 3]) statuses.push((await attempt(`${url}/flaky?fail=2`, number)).status);
  assert.deepEqual(statuses, [503, 503, 204]);
});

test('a callback that is no JSON is printed on one line as well', async (context) => {
  const { demo, url } = await demoFor(context);
  await fetch(url, { method: 'POST', body: 'two\nlines' });
  await eventually('it is printed', () => demo.stdout.some((line) => line.endsWith('"two\\nlines"')));
});

test('it ends when it is told to', async (context) => {
  const { demo } = await demoFor(context);
  assert.equal(await demo.stop(), 0);
});
