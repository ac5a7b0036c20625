import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { requestsFor } from '../src/simulate.ts';
import { vendorNames, vendors } from '../src/vendors.ts';
import { draftsOf, verifies } from './given.ts';

const url = 'http://relay.test/hook';

for (const vendor of vendorNames) {
  describe(vendor, () => {
    const options = { vendor, url, verify: verifies[vendor], count: 60, devices: 3, batch: 3, lateShare: 0.3 };
    const requests = (seed: number, different = {}) =>
      [
        ...requestsFor({ ...options, seed, forgedShare: 0.2, repeatedShare: 0.2, forwardedFor: true, ...different }),
      ].map(({ outgoing, what, keys, forged, repeated, random }) => {
        const { headers, body } = outgoing(1);
        return { headers, body: String(body), what, keys, forged, repeated, wait: random.fraction() };
      });

    it('sends the same for the same seed', () => {
      assert.deepEqual(requests(7), requests(7));
    });

    it('sends something else for another seed', () => {
      assert.notDeepEqual(requests(7), requests(8));
    });

    it('makes callbacks that no other has the key of', () => {
      const keys = requests(7).flatMap(({ keys }) => keys);
      assert.equal(new Set(keys).size, keys.length);
    });

    it('makes the same callbacks, whatever share of them is forged, repeated or sent through a proxy', () => {
      const plain = requests(7, { forgedShare: 0, repeatedShare: 0, forwardedFor: false });
      const keysOf = (all: readonly { keys: readonly string[] }[]) => all.map(({ keys }) => keys);
      assert.deepEqual(keysOf(requests(7)), keysOf(plain));
    });
  });
}

describe('what ThingSpace sends', () => {
  const bodies = draftsOf('thingspace', { count: 300, devices: 3 }).map((draft) => JSON.parse(draft.body(1)));

  it('is a callback per device under one request id, not in the order of the devices', () => {
    const drafts = draftsOf('thingspace', { services: ['CarrierService'], devices: 8, count: 5 });
    for (let turn = 0; turn < 5; turn += 1) {
      const ofTurn = drafts.filter((draft) => draft.turn === turn).map((draft) => JSON.parse(draft.body(1)));
      assert.equal(new Set(ofTurn.map(({ requestId }) => requestId)).size, 1);
      assert.equal(new Set(ofTurn.map(({ deviceIds }) => deviceIds[0].id)).size, 8);
    }
    const numbers = drafts.slice(0, 8).map(({ what }) => what.match(/device (\d)/)?.[1]);
    assert.notDeepEqual(numbers, [...numbers].sort());
  });

  it('counts the attempts, and is the same otherwise', () => {
    const [draft] = draftsOf('thingspace');
    const { callbackCount: first, ...once } = JSON.parse(draft?.body(1) ?? '');
    const { callbackCount: second, ...again } = JSON.parse(draft?.body(2) ?? '');
    assert.deepEqual([first, second], [1, 2]);
    assert.deepEqual(again, once);
    assert.equal(once.maxCallbackThreshold, 4);
  });

  it('has every service in a mixture, most of all CarrierService', () => {
    const services = draftsOf('thingspace', { count: 1000 }).map(({ kind }) => kind.split(' ')[0]);
    assert.deepEqual(new Set(services), new Set(vendors.thingspace.services));
    const share = services.filter((service) => service === 'CarrierService').length / services.length;
    assert.ok(share > 0.5, String(share));
  });

  it('keeps to the services asked for', () => {
    const kinds = draftsOf('thingspace', { services: ['NiddService'] }).map(({ kind }) => kind);
    assert.deepEqual(new Set(kinds.map((kind) => kind.split(' ')[0])), new Set(['NiddService']));
  });

  it('spells the kinds of device ids in different ways', () => {
    const kinds = new Set(bodies.flatMap(({ deviceIds = [] }) => deviceIds.map(({ kind }: { kind: string }) => kind)));
    for (const kind of ['iccid', 'Iccid', 'ICCID']) assert.ok(kinds.has(kind), kind);
  });

  it('has successes, faults, callbacks without a request id, without devices, and of a shape that nobody knows', () => {
    for (const member of ['deviceResponse', 'faultResponse', 'niddResponse', 'smsMessage', 'comment', 'somethingNew']) {
      assert.ok(
        bodies.some((body) => member in body),
        member,
      );
    }
    assert.ok(bodies.some((body) => !('requestId' in body)));
    assert.ok(bodies.some((body) => !('deviceIds' in body)));
  });

  it('is not sent again when it is an SMS from a device', () => {
    for (const { kind, resent } of draftsOf('thingspace', { count: 300 })) {
      assert.equal(resent, !kind.includes('SMS from device'), kind);
    }
  });
});

describe('what ThingSpace sends over SOAP', () => {
  const drafts = draftsOf('thingspace-soap', { count: 300 });
  const bodies = drafts.map((draft) => draft.body(1));

  it('has every child of Data in the documented order, all but some of them nil', () => {
    const data = bodies.filter((body) => body.includes('<Data>'));
    const names = [
      'CarrierService',
      'ExternalProvisioningChange',
      'PromoChange',
      'Usage',
      'SMSDelivery',
      'PRLInformation',
    ];
    const order = new RegExp(
      [...names, 'DeviceSuspendStatus', 'Fault', 'Comment', 'Summary', 'Status']
        .map((name) => `<${name}[ />]`)
        .join('.*'),
    );
    for (const body of data) {
      assert.match(body, order);
      assert.match(body, / xsi:nil="true"\/>/);
    }
  });

  it('has both roots, and callbacks without device and request id', () => {
    assert.ok(bodies.some((body) => body.includes('<SmsCallbackRequest ')));
    const calls = bodies.filter((body) => body.includes('<CallbackRequest '));
    assert.ok(calls.some((body) => !body.includes('<Device>')));
    assert.ok(calls.some((body) => !body.includes('<RequestId>')));
  });

  it('is well-formed: every element that begins ends', () => {
    for (const body of bodies) {
      const open: string[] = [];
      for (const [, closing, name = '', empty] of body.matchAll(/<(\/?)([\w:]+)[^>]*?(\/?)>/g)) {
        if (closing) assert.equal(open.pop(), name);
        else if (!empty) open.push(name);
      }
      assert.deepEqual(open, []);
    }
  });
});

describe('what Voximplant sends', () => {
  const requests = [
    ...requestsFor({
      vendor: 'voximplant',
      url,
      seed: 3,
      verify: verifies.voximplant,
      count: 100,
      batch: 4,
      forgedShare: 0.3,
    }),
  ].map(({ outgoing, forged }) => ({ forged, callbacks: JSON.parse(String(outgoing(1).body)).callbacks }));
  const hashOf = (id: number) => createHash('md5').update(`salt1000001key${id}`).digest('hex');

  it('has one to so many callbacks in a request, numbered in sequence', () => {
    assert.deepEqual(new Set(requests.map(({ callbacks }) => callbacks.length)), new Set([1, 2, 3, 4]));
    const ids = requests.flatMap(({ callbacks }) =>
      callbacks.map(({ callback_id }: { callback_id: number }) => callback_id),
    );
    assert.deepEqual(
      ids,
      [...ids].map((_, index) => ids[0] + index),
    );
  });

  it('has the right hash in each callback, and a wrong one in the last of what is forged', () => {
    for (const { forged, callbacks } of requests) {
      const right = callbacks.map(
        ({ callback_id, hash }: { callback_id: number; hash: string }) => hash === hashOf(callback_id),
      );
      assert.deepEqual(right, [...right.slice(0, -1).fill(true), !forged]);
      for (const { account_id } of callbacks) assert.equal(account_id, 1000001);
    }
    assert.ok(requests.some(({ forged }) => forged));
  });

  it('has callbacks with nothing but their type, and with their content nested twice', () => {
    const all = requests.flatMap(({ callbacks }) => callbacks);
    assert.ok(all.some((callback) => !(callback.type in callback)));
    assert.ok(all.some((callback) => callback.type in (callback[callback.type] ?? {})));
  });
});

describe('what IXC ACS sends', () => {
  it('is an error after an hour and a success later under the same protocolo, for some requests', () => {
    const drafts = draftsOf('ixc-acs', { lateShare: 0.5 });
    const late = drafts.filter(({ kind }) => kind === 'late success');
    assert.ok(late.length > 5 && late.length < 35);
    for (const success of late) {
      const error = drafts[drafts.indexOf(success) - 1];
      const bodies = [error, success].map((draft) => JSON.parse(draft?.body(1) ?? ''));
      assert.equal(bodies[0].protocolo, bodies[1].protocolo);
      assert.deepEqual([bodies[0].status, bodies[1].status], ['error', 'success']);
      assert.ok(Date.parse(bodies[0].timestamp) < Date.parse(bodies[1].timestamp));
      assert.equal(error?.afterMs, 3_600_000);
      assert.ok(success.afterMs > 3_600_000);
    }
  });
});
