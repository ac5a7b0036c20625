import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Subscriber, Where } from '@relay/core';
import { eventually } from '@relay/testkit';
import { configuration, endpoint, subscriber } from './given.ts';
import { bodies, startStation } from './station.ts';

const failed: Where = { subject: { kind: 'status' }, condition: { anyOf: ['Failed'] } };
const dear: Where = { subject: { kind: 'body', pointer: '/amount' }, condition: { atLeast: 5 } };
const device: Where = { subject: { kind: 'device' }, condition: { suffix: '17' } };
const team: Where = { subject: { kind: 'header', name: 'x-team' }, condition: { anyOf: ['billing'] } };

const wanting = (...rules: Where[]): Pick<Subscriber, 'wheres'> => ({ wheres: { carrier: rules } });
const soap = (status: string) =>
  `<CallbackRequest><Username>u</Username><Data><Status>${status}</Status></Data></CallbackRequest>`;

suite('filter', () => {
  test('a subscriber gets what one of its rules wants, and the rest is skipped', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    await station.startWorker(configuration([subscriber(receiver.url, wanting(failed, dear, device, team))]));
    const wanted = [
      await station.keep('{"a":1}', 'carrier', { facts: { status: 'Failed', devices: [] } }),
      await station.keep('{"amount":7}'),
      await station.keep('{"deviceIds":[{"id":"89000000000000000017","kind":"iccid"}]}'),
      await station.keep('{"b":2}', 'carrier', { headers: { 'x-team': 'billing' } }),
    ];
    await station.keep('{"amount":4}', 'carrier', { facts: { status: 'Success', devices: [] } });
    await station.keep('{"deviceIds":[{"id":"89000000000000000018","kind":"iccid"}]}');
    await station.settled();
    assert.deepEqual(receiver.received.map(({ headers }) => headers['webhook-id']).sort(), wanted.sort());
    const { delivered, skipped, read } = await station.ledger();
    assert.deepEqual({ delivered, skipped, read }, { delivered: 4, skipped: 2, read: 6 });
  });

  test('a rule on SOAP looks at its decoded form', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    const where: Where = {
      subject: { kind: 'body', pointer: '/CallbackRequest/Data/Status' },
      condition: { anyOf: ['Failed'] },
    };
    const uws = { ...endpoint(), source: 'thingspace-soap' as const };
    await station.startWorker(configuration([subscriber(receiver.url, wanting(where))], [uws]));
    for (const status of ['Success', 'Failed'])
      await station.keep(soap(status), 'carrier', { contentType: 'text/xml' });
    await station.settled();
    assert.deepEqual(bodies(receiver), [soap('Failed')]);
  });

  test('a body that nobody can look into is wanted by no rule on it and by no contrary, and is counted', async (t) => {
    const station = await startStation(t);
    const receiver = await station.startReceiver();
    const worker = await station.startWorker(
      configuration([subscriber(receiver.url, wanting(dear, { not: dear }, { not: device }))]),
    );
    await station.keep('no JSON, and a-word-nobody-logs');
    await station.settled();
    assert.equal((await station.ledger()).skipped, 1);
    assert.match(await worker.metrics.text(), /^relay_filter_unreadable_total\{subscriber="billing"\} 1$/m);
    const [line] = worker.linesOf('filter.unreadable');
    assert.deepEqual([line?.subscriber, line?.endpoint], ['billing', 'carrier']);
    assert.doesNotMatch(JSON.stringify(worker.lines), /a-word-nobody-logs/);
  });

  test('a message is judged by the filters in force when it is read, and a retry not again', async (t) => {
    const station = await startStation(t);
    let answers = 503;
    const receiver = await station.startReceiver(() => ({ status: answers }));
    const one = subscriber(receiver.url, { concurrency: 1, retry: { ...subscriber('').retry, scheduleMs: [1_000] } });
    const worker = await station.startWorker(configuration([{ ...one, ...wanting(dear) }]));
    await station.keep('{"amount":5}');
    await eventually('it is open', async () => (await station.ledger()).open === 1);
    await worker.apply(configuration([{ ...one, ...wanting({ not: dear }) }]));
    answers = 200;
    await station.keep('{"amount":6}');
    await station.keep('{"amount":3}');
    await station.settled();
    const delivered = new Set(bodies(receiver));
    assert.deepEqual([...delivered].sort(), ['{"amount":3}', '{"amount":5}']);
  });
});
