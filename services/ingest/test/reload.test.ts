import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, test } from 'node:test';
import type { Endpoint } from '@relay/core';
import { eventually, freePort } from '@relay/testkit';
import { beginPost, billing, callback, carrier, configurationOf, post, startStation } from './station.ts';

const usage: Endpoint = { ...carrier, name: 'thingspace-usage', path: '/thingspace/usage' };

async function statusOf(url: string, body = callback()): Promise<number> {
  return (await post(url, body)).status;
}

suite('reload', () => {
  test('an added endpoint takes callbacks, and its subscribers see the first', async (t) => {
    const station = await startStation(t);
    assert.equal(await statusOf(station.url + usage.path), 404);
    const subscribers = [{ ...billing, endpoints: [carrier.name, usage.name] }];
    await station.change(configurationOf(station.redis.url, { endpoints: [carrier, usage], subscribers }));
    assert.equal(await statusOf(station.url + usage.path), 200);
    assert.equal(await statusOf(station.url + carrier.path), 200);
    assert.equal((await station.unread(billing.name, usage.name)).length, 1);
    assert.equal((await station.unread()).length, 1);
  });

  test('a removed endpoint is not found', async (t) => {
    const station = await startStation(t);
    await station.change(configurationOf(station.redis.url, { endpoints: [usage] }));
    assert.equal(await statusOf(station.url + carrier.path), 404);
    assert.doesNotMatch(await station.metrics(), /endpoint="thingspace-carrier"/);
  });

  test('changed credentials and limits hold from then on', async (t) => {
    const station = await startStation(t);
    const verify = { credentials: [{ username: 'next', password: 'the-next-one' }], allow: [] };
    const ingest = { maxBodyBytes: 200 };
    await station.change(configurationOf(station.redis.url, { endpoints: [{ ...carrier, verify }], ingest }));
    assert.equal(await statusOf(station.url + carrier.path), 401);
    assert.equal(
      await statusOf(station.url + carrier.path, callback({ username: 'next', password: 'the-next-one' })),
      200,
    );
    assert.equal(await statusOf(station.url + carrier.path, callback({ padding: 'x'.repeat(200) })), 413);
  });

  test('a new subscriber sees what comes after it, and the old one misses nothing', async (t) => {
    const station = await startStation(t);
    const [before, after] = [callback({ requestId: 'before' }), callback({ requestId: 'after' })];
    await statusOf(station.url + carrier.path, before);
    await station.change(configurationOf(station.redis.url, { subscribers: [billing, { ...billing, name: 'audit' }] }));
    await statusOf(station.url + carrier.path, after);
    assert.deepEqual((await station.unread('audit')).map(String), [after]);
    assert.deepEqual((await station.unread()).map(String), [before, after]);
  });

  test('no callback is refused while configurations change', async (t) => {
    const station = await startStation(t);
    let changing = true;
    const statuses: number[] = [];
    const posting = (async () => {
      while (changing) statuses.push(await statusOf(station.url + carrier.path, callback({ n: statuses.length })));
    })();
    for (let n = 0; n < 20; n += 1) {
      await station.change(configurationOf(station.redis.url, { endpoints: n % 2 ? [carrier] : [carrier, usage] }));
    }
    changing = false;
    await posting;
    assert.deepEqual([...new Set(statuses)], [200]);
    assert.equal((await station.unread()).length, statuses.length);
  });

  test('no callback is refused while its endpoint is renamed on one port and others open', async (t) => {
    const port = await freePort();
    const changesTo = (name: string, ...added: number[]) => ({
      endpoints: [{ ...carrier, name }],
      subscribers: [],
      ingest: {
        listeners: [
          // A name has to be looked up, which takes a while.
          ...added.map((other) => ({ host: 'localhost', port: other, endpoints: [] })),
          { host: '127.0.0.1', port, endpoints: [name] },
        ],
      },
    });
    const station = await startStation(t, changesTo('before'));
    let changing = true;
    const statuses = new Set<number>();
    const posting = Array.from({ length: 4 }, async () => {
      while (changing) statuses.add(await statusOf(station.url + carrier.path));
    });
    const others = await Promise.all(Array.from({ length: 20 }, freePort));
    for (let n = 0; n < 10; n += 1) {
      const changes = n % 2 ? changesTo('before') : changesTo('after', ...others);
      await station.change(configurationOf(station.redis.url, changes));
    }
    changing = false;
    await Promise.all(posting);
    assert.deepEqual([...statuses], [200]);
  });

  // It used to be kept under the old name, where nobody read it any more.
  test('a callback whose endpoint is renamed while its body arrives is kept for those who read the new name', async (t) => {
    const station = await startStation(t);
    const body = callback();
    const half = await beginPost(station.url + carrier.path, body.slice(0, 20), body.length);
    const renamed = { ...carrier, name: 'renamed' };
    const subscribers = [{ ...billing, endpoints: [renamed.name] }];
    await station.change(configurationOf(station.redis.url, { endpoints: [renamed], subscribers }));
    half.end(body.slice(20));
    const [response] = (await once(half, 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 200);
    assert.deepEqual((await station.unread(billing.name, renamed.name)).map(String), [body]);
    assert.deepEqual(await station.unread(), []);
  });

  test('a callback whose endpoint is gone once its body has arrived is refused', async (t) => {
    const station = await startStation(t);
    const body = callback();
    const half = await beginPost(station.url + carrier.path, body.slice(0, 20), body.length);
    await station.change(configurationOf(station.redis.url, { endpoints: [usage], subscribers: [] }));
    half.end(body.slice(20));
    const [response] = (await once(half, 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 404);
    assert.deepEqual(await station.unread(), []);
  });

  test('added ports open and removed ones close', async (t) => {
    const station = await startStation(t);
    const port = await freePort();
    const added = `http://127.0.0.1:${port}${carrier.path}`;
    await station.change(configurationOf(station.redis.url, { ingest: { listeners: [{ host: '127.0.0.1', port }] } }));
    assert.equal(await statusOf(added), 200);
    await assert.rejects(statusOf(station.url + carrier.path));
  });

  test('a port moves to another address of this machine, or stays where it is when something else cannot be had', async (t) => {
    const station = await startStation(t, { ingest: { listeners: [{ host: '0.0.0.0', port: 0 }] } });
    const { port } = new URL(station.url);
    const here = { host: '127.0.0.1', port: Number(port) };
    const url = `http://127.0.0.1:${port}${carrier.path}`;
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    t.after(() => taken.close());
    const listeners = [here, { host: '127.0.0.1', port: (taken.address() as AddressInfo).port }];
    await assert.rejects(station.change(configurationOf(station.redis.url, { ingest: { listeners } })));
    const postOnce = () => post(url, callback(), { connection: 'close' });
    assert.equal((await postOnce()).status, 200);
    assert.match(JSON.stringify(await station.ready()), new RegExp(`"0.0.0.0:${port}"`));

    await station.change(configurationOf(station.redis.url, { ingest: { listeners: [here] } }));
    assert.equal((await postOnce()).status, 200);
    assert.match(JSON.stringify(await station.ready()), new RegExp(`"127.0.0.1:${port}"`));
  });

  test('a port that cannot be had leaves the old configuration in force', async (t) => {
    const station = await startStation(t);
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    t.after(() => taken.close());
    const { port } = taken.address() as AddressInfo;
    const listeners = [{ host: '127.0.0.1', port }];
    const next = configurationOf(station.redis.url, { endpoints: [usage], ingest: { listeners } });
    await assert.rejects(station.change(next), { message: new RegExp(`^port ${port} on 127.0.0.1 is in use`) });
    assert.equal(await statusOf(station.url + carrier.path), 200);
    assert.equal(await statusOf(station.url + usage.path), 404);
    assert.match(await station.metrics(), /^relay_configuration_accepted 0$/m);
  });

  test('a configuration turned down leaves the old one in force, and a gauge says so', async (t) => {
    const station = await startStation(t);
    assert.match(await station.metrics(), /^relay_configuration_accepted 1$/m);
    station.turnDown('relay.yaml:1:1 endpoints: is missing');
    assert.match(await station.metrics(), /^relay_configuration_accepted 0$/m);
    assert.equal((await station.ready()).configuration, 'an older one is in force');
    assert.equal(await station.isReady(), true);
    assert.equal(await statusOf(station.url + carrier.path), 200);
    await station.change(station.configuration);
    assert.match(await station.metrics(), /^relay_configuration_accepted 1$/m);
    assert.equal((await station.ready()).configuration, 'applied');
  });

  test('an endpoint that verifies nothing is warned of whenever it comes into force', async (t) => {
    const station = await startStation(t, { endpoints: [carrier, usage] });
    assert.deepEqual(station.linesOf('configuration.warning'), []);
    const open = { ...usage, verify: { credentials: [], allow: [] } };
    for (let n = 1; n <= 2; n += 1) {
      await station.change(configurationOf(station.redis.url, { endpoints: [carrier, open] }));
      const lines = station.linesOf('configuration.warning');
      assert.deepEqual(
        lines.map(({ endpoint }) => endpoint),
        Array.from({ length: n }, () => usage.name),
      );
      assert.match(String(lines.at(-1)?.reason), /^anybody may post to it/);
    }
  });

  test('while Redis is away the old one serves, and the newest is applied once Redis is back', async (t) => {
    const station = await startStation(t);
    await station.redis.kill();
    await station.change(configurationOf(station.redis.url, { endpoints: [{ ...usage, path: '/skipped' }] }));
    await station.change(configurationOf(station.redis.url, { endpoints: [carrier, usage] }));
    assert.equal(await statusOf(station.url + usage.path), 404);
    assert.equal(await statusOf(station.url + carrier.path), 200);
    await station.redis.restart();
    await eventually('the newest is in force', async () => (await statusOf(station.url + usage.path)) === 200);
    assert.equal(await statusOf(station.url + carrier.path), 200);
  });

  test('one that was turned down while an older one waited for Redis is not forgotten when that is applied', async (t) => {
    const station = await startStation(t);
    await station.redis.kill();
    await station.change(configurationOf(station.redis.url, { endpoints: [carrier, usage] }));
    station.turnDown('relay.yaml:1:1 endpoints: is missing');
    await station.redis.restart();
    await eventually('the older one is in force', async () => (await statusOf(station.url + usage.path)) === 200);
    assert.equal((await station.ready()).configuration, 'an older one is in force');
    assert.match(await station.metrics(), /^relay_configuration_accepted 0$/m);
    await station.change(station.configuration);
    assert.equal((await station.ready()).configuration, 'applied');
  });

  test('what takes a restart is named', async (t) => {
    const station = await startStation(t);
    const operations = { host: '127.0.0.1', port: await freePort() };
    const spool = { ...station.configuration.ingest.spool, maxBytes: 1_048_576 };
    await station.change(configurationOf('redis://127.0.0.1:1', { ingest: { operations, spool } }));
    assert.equal(await statusOf(station.url + carrier.path), 200);
    const keys = ['redis', 'ingest.operations', 'ingest.spool'];
    assert.deepEqual(station.linesOf('configuration.needs-restart')[0]?.keys, keys);
  });
});
