import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { suite, test } from 'node:test';
import type { Endpoint } from '@relay/core';
import { eventually, startRedis } from '@relay/testkit';
import { headersToKeep } from '../src/headers-to-keep.ts';
import { billing, callback, carrier, configurationOf, post, reader, startIngest, startStation } from './station.ts';
import { voximplant } from './vendors.ts';

const asked: Endpoint = { ...carrier, keptHeaders: ['x-away', 'x-team'] };

suite('headers that a rule asks for', () => {
  test('are kept with the message, and no others', async (t) => {
    const station = await startStation(t, { endpoints: [asked] });
    const sending = request(station.url + carrier.path, {
      method: 'POST',
      headers: { 'X-Team': ['a', 'b'], 'x-other': 'c' },
    });
    sending.end(callback());
    const [response] = await once(sending, 'response');
    response.resume();
    assert.equal(response.statusCode, 200);
    await post(station.url + carrier.path, callback({ requestId: '2' }), { 'x-other': 'c' });
    const [first, second] = await station.unreadMessages();
    assert.deepEqual(first?.headers, { 'x-team': 'a, b' });
    assert.ok(second && !('headers' in second));
  });

  test('are kept with each message of a request', async (t) => {
    const endpoint = { ...voximplant.endpoint, keptHeaders: ['x-team'] };
    const station = await startStation(t, {
      endpoints: [endpoint],
      subscribers: [{ ...billing, endpoints: [endpoint.name] }],
    });
    await post(station.url + endpoint.path, voximplant.body('1'), { ...voximplant.headers, 'x-team': 'ops' });
    const messages = await station.unreadMessages(billing.name, endpoint.name);
    assert.deepEqual(
      messages.map(({ headers }) => headers),
      [{ 'x-team': 'ops' }],
    );
  });

  test('outlast an outage of Redis in the spool', async (t) => {
    const redis = await startRedis();
    t.after(() => redis.stop());
    await redis.kill();
    const ingest = await startIngest(t, configurationOf(redis.url, { endpoints: [asked] }));
    assert.equal((await post(ingest.url + carrier.path, callback(), { 'x-team': 'ops' })).status, 200);
    assert.equal(await ingest.keeps(), 'in the spool');
    await redis.restart();
    await eventually('the spool is drained', () => ingest.linesOf('spool.drained').length === 1);
    const [message] = await reader(t, redis.url).unreadMessages();
    assert.deepEqual(message?.headers, { 'x-team': 'ops' });
  });

  test('are in no line of the log', async (t) => {
    const station = await startStation(t, { endpoints: [asked] });
    await post(station.url + carrier.path, callback(), { 'x-team': 'a-team-nobody-knows' });
    assert.equal(station.linesOf('message.received').length, 1);
    assert.doesNotMatch(JSON.stringify(station.lines), /a-team-nobody-knows/);
  });
});

suite('what is kept of a header', () => {
  test('is its text, in UTF-8 or else in Latin-1', () => {
    const wire = (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding).toString('latin1');
    assert.deepEqual(headersToKeep({ a: wire('Zürich', 'utf8') }, ['a']), { a: 'Zürich' });
    assert.deepEqual(headersToKeep({ a: wire('Zürich', 'latin1') }, ['a']), { a: 'Zürich' });
  });

  test('is at most 1,024 characters', () => {
    assert.equal(headersToKeep({ a: 'x'.repeat(1025) }, ['a'])?.a, 'x'.repeat(1024));
  });

  test('is everything that was sent under its name', () => {
    assert.deepEqual(headersToKeep({ 'set-cookie': ['a', 'b'] }, ['set-cookie']), { 'set-cookie': 'a, b' });
    assert.deepEqual(headersToKeep({ a: '' }, ['a']), { a: '' });
  });

  test('is nothing where it was not sent, or nobody asks', () => {
    assert.equal(headersToKeep({ a: '1' }, ['b', 'constructor', '__proto__']), undefined);
    assert.equal(headersToKeep({ a: '1' }), undefined);
    assert.equal(headersToKeep({ a: '1' }, []), undefined);
  });
});
