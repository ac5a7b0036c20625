import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Answer } from '@relay/core';
import { sample, sampleNames } from '@relay/testkit';
import { billing, callback, carrier, post, startStation } from './station.ts';
import { vendors, voximplant } from './vendors.ts';

suite('200', () => {
  test('every callback is answered with an empty 200 and is kept by then, byte for byte', async (t) => {
    const station = await startStation(t);
    for (const name of sampleNames('thingspace-rest').filter((name) => !name.endsWith('retry2.json'))) {
      const response = await post(station.url + carrier.path, sample(name), { 'content-type': 'application/json' });
      assert.equal(response.status, 200);
      assert.equal(await response.text(), '');
      assert.deepEqual(await station.unread(), [sample(name)]);
    }
  });

  test('bytes that are no UTF-8, and a missing content-type, are kept as they are', async (t) => {
    const station = await startStation(t);
    const body = Buffer.from(callback({ smsMessage: 'Z\u00fcrich \u00ff' }), 'latin1');
    assert.equal((await post(station.url + carrier.path, body)).status, 200);
    assert.deepEqual(await station.unread(), [body]);
  });

  test('a resend is answered 200 and is not another message', async (t) => {
    const station = await startStation(t);
    for (const name of ['carrier-activate-success', 'carrier-activate-retry2']) {
      assert.equal((await post(station.url + carrier.path, sample(`thingspace-rest/${name}.json`))).status, 200);
    }
    assert.equal((await station.unread()).length, 1);
    const [first, again] = station.linesOf('message.received');
    assert.deepEqual([first?.fresh, again?.fresh], [true, false]);
    assert.equal(again?.id, first?.id);
    assert.match(await station.metrics(), /relay_received_total\{endpoint="thingspace-carrier",result="duplicate"\} 1/);
  });

  test('two callbacks that look alike are two messages', async (t) => {
    const station = await startStation(t);
    const body = callback({ smsMessage: 'on', callbackCount: 1 });
    await Promise.all([post(station.url + carrier.path, body), post(station.url + carrier.path, body)]);
    assert.equal((await station.unread()).length, 2);
  });

  test('a query does not hide the endpoint', async (t) => {
    const station = await startStation(t);
    assert.equal((await post(`${station.url}${carrier.path}?a=%zz`, callback())).status, 200);
  });

  test('GET and HEAD show that somebody is there', async (t) => {
    const station = await startStation(t);
    const response = await fetch(station.url + carrier.path);
    assert.equal(response.status, 200);
    assert.equal(await response.text(), 'Callbacks are taken here by POST.\n');
    assert.equal((await fetch(station.url + carrier.path, { method: 'HEAD' })).status, 200);
    assert.deepEqual(await station.unread(), []);
  });

  test('one line tells of each message, and none holds a body or a secret', async (t) => {
    const station = await startStation(t);
    await post(
      station.url + carrier.path,
      callback({ requestId: 'r-1', smsMessage: 'private words', callbackCount: 1 }),
    );
    await post(station.url + carrier.path, callback({ password: 'wrong-secret', smsMessage: 'private words' }));
    const [line, ...more] = station.linesOf('message.received');
    assert.deepEqual(more, []);
    assert.match(String(line?.id), /^thingspace-carrier-\d+-\d+-[0-9a-f]{4}$/);
    assert.deepEqual(
      [line?.endpoint, line?.fresh, line?.correlationId, line?.vendorAttempt],
      [carrier.name, true, 'r-1', 1],
    );
    assert.doesNotMatch(JSON.stringify(station.lines), /private|secret|acct-/);
    assert.match(await station.metrics(), /relay_received_total\{endpoint="thingspace-carrier",result="kept"\} 1/);
  });

  test('each of 300 callbacks at once is kept once', async (t) => {
    const station = await startStation(t);
    const bodies = Array.from({ length: 300 }, (_, number) => callback({ requestId: String(number) }));
    const responses = await Promise.all(bodies.map((body) => post(station.url + carrier.path, body)));
    assert.ok(responses.every(({ status }) => status === 200));
    assert.deepEqual((await station.unread()).map(String).sort(), bodies.toSorted());
  });

  test('an endpoint that nobody receives keeps its messages', async (t) => {
    const station = await startStation(t, { subscribers: [] });
    assert.equal((await post(station.url + carrier.path, callback())).status, 200);
    assert.equal(await station.client.xlen(`relay:{${carrier.name}}:log`), 1);
  });

  test('a request with several callbacks brings a message each, one with none is answered all the same', async (t) => {
    const { batch, ...endpoint } = voximplant.endpoint;
    assert.equal(batch, 'whole');
    const subscribers = [{ ...billing, endpoints: [endpoint.name] }];
    const station = await startStation(t, { endpoints: [endpoint], subscribers });
    const elements = ['1', '[ 2.0 ]'].map((content) => voximplant.body(content).slice('{"callbacks":['.length, -2));
    for (const list of [elements, []]) {
      const response = await post(station.url + endpoint.path, `{"callbacks":[${list.join(' ,\n')}]}`);
      assert.deepEqual(await answerOf(response), voximplant.answer);
    }
    assert.deepEqual((await station.unread(billing.name, endpoint.name)).map(String), elements);
    assert.equal(station.linesOf('message.received').length, 2);
    assert.deepEqual(
      station.linesOf('request.empty').map(({ endpoint, bytes }) => [endpoint, bytes]),
      [[endpoint.name, '{"callbacks":[]}'.length]],
    );
    assert.match(await station.metrics(), /relay_received_total\{endpoint="voximplant",result="kept"\} 2/);
  });

  test('every source answers as its vendor expects', async (t) => {
    const { url } = await startStation(t, { endpoints: vendors.map(({ endpoint }) => endpoint), subscribers: [] });
    for (const { endpoint, headers, body, answer } of vendors)
      assert.deepEqual(await answerOf(await post(url + endpoint.path, body('1'), headers)), answer, endpoint.source);
  });

  test('what an endpoint is to answer goes first', async (t) => {
    const answers: readonly Answer[] = [
      { status: 200, body: '' },
      { status: 202, contentType: 'text/xml', body: '<Response/>' },
    ];
    for (const answer of answers) {
      const endpoints = vendors.map(({ endpoint }) => ({ ...endpoint, answer }));
      const { url } = await startStation(t, { endpoints, subscribers: [] });
      for (const { endpoint, headers, body } of vendors)
        assert.deepEqual(await answerOf(await post(url + endpoint.path, body('1'), headers)), answer, endpoint.source);
    }
  });
});

async function answerOf(response: Response): Promise<Answer> {
  const contentType = response.headers.get('content-type');
  return { status: response.status, ...(contentType !== null && { contentType }), body: await response.text() };
}
