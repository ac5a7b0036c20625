import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { suite, type TestContext, test } from 'node:test';
import type { Endpoint } from '@relay/core';
import { freePort } from '@relay/testkit';
import { callback, carrier, configurationOf, post, problemOf, startStation } from './station.ts';

const usage: Endpoint = { ...carrier, name: 'thingspace-usage', path: '/thingspace/usage' };
const endpoints = [carrier, usage];

async function startTwoPorts(t: TestContext) {
  const ports = [await freePort(), await freePort()];
  const listenersOf = (names: readonly (string[] | undefined)[]) =>
    names.map((names, at) => ({ host: '127.0.0.1', port: ports[at] ?? 0, ...(names && { endpoints: names }) }));
  const ingest = { listeners: listenersOf([[carrier.name], [usage.name]]) };
  const station = await startStation(t, { endpoints, ingest });
  const serve = (...names: readonly (string[] | undefined)[]) =>
    station.change(configurationOf(station.redis.url, { endpoints, ingest: { listeners: listenersOf(names) } }));
  return { ...station, serve };
}

/** What each port answers to a callback for each endpoint. */
async function answersOf(urls: readonly string[]): Promise<number[][]> {
  const answers = urls.map((url) =>
    Promise.all(endpoints.map(async ({ path }) => (await post(url + path, callback())).status)),
  );
  return await Promise.all(answers);
}

suite('listeners', () => {
  test('a listener serves its endpoints, and those of others are not found there', async (t) => {
    const station = await startTwoPorts(t);
    assert.deepEqual(await answersOf(station.urls), [
      [200, 404],
      [404, 200],
    ]);
    const [url = ''] = station.urls;
    for (const method of ['GET', 'POST', 'PUT'])
      assert.deepEqual(await problemOf(await fetch(url + usage.path, { method })), [404, 'no-such-endpoint']);
  });

  test('of a callback to the wrong port the log and the metrics say whose it is, and its sender is told nothing', async (t) => {
    const station = await startTwoPorts(t);
    const [here = '', there = ''] = station.urls.map((url) => new URL(url).host);
    const response = await post(`http://${here}${usage.path}`, callback());
    const unknown = await post(`http://${here}/nowhere`, callback());
    assert.deepEqual(await response.json(), await unknown.json());
    const [strayed, lost] = station.linesOf('message.refused');
    assert.deepEqual(
      [strayed?.code, strayed?.endpoint, strayed?.listener, strayed?.path],
      ['no-such-endpoint', usage.name, here, usage.path],
    );
    assert.equal(strayed?.detail, `${usage.name} is served at ${there}, not here`);
    assert.deepEqual([lost?.endpoint, lost?.listener, lost?.path], [undefined, here, '/nowhere']);
    await fetch(`http://${here}${usage.path}`);
    const counted = await station.metrics();
    assert.match(counted, /relay_received_total\{endpoint="thingspace-usage",result="no-such-endpoint"\} 1/);
    assert.match(counted, /relay_received_total\{endpoint="",result="no-such-endpoint"\} 2/);
  });

  test('a reload gives other endpoints to a port that is open', async (t) => {
    const station = await startTwoPorts(t);
    await station.serve(undefined, []);
    assert.deepEqual(await answersOf(station.urls), [
      [200, 200],
      [404, 404],
    ]);
  });

  test('a connection that is open meets the new endpoints', async (t) => {
    const station = await startTwoPorts(t);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    const ask = async () => {
      const [response] = (await once(request(station.url + usage.path, { agent }).end(), 'response')) as [
        IncomingMessage,
      ];
      const { localPort } = response.socket;
      response.resume();
      await once(response, 'end');
      return [response.statusCode, localPort];
    };
    const [before, connection] = await ask();
    assert.equal(before, 404);
    await station.serve([usage.name], [carrier.name]);
    assert.deepEqual(await ask(), [200, connection]);
  });

  test('no callback is refused while an endpoint gets a second port', async (t) => {
    const station = await startTwoPorts(t);
    let changing = true;
    const statuses = new Set<number>();
    const posting = (async () => {
      while (changing) statuses.add((await post(station.url + carrier.path, callback())).status);
    })();
    for (let n = 0; n < 20; n += 1) await station.serve([carrier.name], n % 2 ? [usage.name] : undefined);
    changing = false;
    await posting;
    assert.deepEqual([...statuses], [200]);
  });
});
