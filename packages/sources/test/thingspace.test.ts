import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Endpoint, Message, Reading } from '@relay/core';
import { sample, sampleNames } from '@relay/testkit';
import fc from 'fast-check';
import { createSource } from '../src/index.ts';

const credentials = { username: 'acct-0000000001-00001', password: 'not-a-secret' };
const allowedIp = '3.87.163.45';

function endpointWith(changes: Partial<Endpoint> = {}): Endpoint {
  return {
    name: 'thingspace-carrier',
    source: 'thingspace',
    path: '/thingspace/carrier',
    account: '0000000001-00001',
    service: undefined,
    verify: { credentials: [credentials], allow: [] },
    dedupMs: 3_600_000,
    ...changes,
  };
}

function read(
  body: string | Buffer,
  { ip = allowedIp, ...changes }: Partial<Endpoint> & { ip?: string } = {},
): Reading {
  const headers = { 'content-type': 'application/json' };
  return createSource(endpointWith(changes)).read({
    body: Buffer.from(body),
    headers,
    ip,
    at: 1_700_000_000_000,
    target: '/',
  });
}

function messageOf(reading: Reading): Message {
  assert.ok('messages' in reading, `refused: ${JSON.stringify(reading)}`);
  const [message, ...others] = reading.messages;
  assert.ok(message);
  assert.deepEqual(others, []);
  return message;
}

function codeOf(reading: Reading): string | undefined {
  return 'refusal' in reading ? reading.refusal.code : undefined;
}

function digestOf(body: string | Buffer, changes: Partial<Endpoint> = {}): string {
  return messageOf(read(body, changes)).digest.toString('hex');
}

function callback(members: Record<string, unknown>): string {
  return JSON.stringify({ ...credentials, ...members });
}

const activated = sample('thingspace-rest/carrier-activate-success.json');
const activatedAgain = sample('thingspace-rest/carrier-activate-retry2.json');
const unverified = { verify: { credentials: [], allow: [] } };

suite('genuine', () => {
  for (const name of sampleNames('thingspace-rest')) {
    test(`${name} is one message with its bytes untouched`, () => {
      const body = sample(name);
      const message = messageOf(read(body));
      assert.deepEqual(message.body, body);
      assert.equal(message.contentType, 'application/json');
      assert.equal(message.receivedAt, 1_700_000_000_000);
      assert.equal(message.digest.length, 32);
      assert.equal(message.facts.account, '0000000001-00001');
    });
  }

  test('every sample is another message, but for the resend', () => {
    const digests = sampleNames('thingspace-rest').map((name) => digestOf(sample(name)));
    assert.equal(new Set(digests).size, digests.length - 1);
  });

  test('the answer is an empty 200', () => {
    assert.deepEqual(createSource(endpointWith()).answer, { status: 200, body: '' });
  });
});

suite('facts', () => {
  const told: [string, { type?: string; service?: string; status?: string }][] = [
    ['carrier-activate-success', { type: 'activateResponse', service: 'CarrierService', status: 'Success' }],
    ['carrier-activate-fault', { type: 'faultResponse', status: 'Failed' }],
    ['carrier-customfields-success', { status: 'Success' }],
    ['carrier-suspend-success', { type: 'suspendResponse', status: 'Success' }],
    [
      'deviceprlinformation-success',
      { type: 'prlInformationResponse', service: 'DevicePRLInformation', status: 'Success' },
    ],
    ['enhancedconnectivity-mo-sms', { type: 'smsMessage', service: 'EnhancedConnectivityService' }],
    ['nidd-mo', { type: 'niddMONotificationResponse', service: 'NiddService' }],
    ['nidd-mt-delivered', { type: 'niddMTDeliveryResponse', service: 'NiddService', status: 'Delivered' }],
    [
      'smsdeliveryconfirmation-delivered',
      { type: 'smsDeliveryResponse', service: 'SMSDeliveryConfirmation', status: 'Success' },
    ],
    ['resumetrackingnotification', { type: 'comment' }],
    ['unknown-service', { type: 'somethingNew' }],
    ['intelligenceservice', {}],
  ];
  for (const [name, expected] of told) {
    test(`${name}: ${JSON.stringify(expected)}`, () => {
      const { type, service, status } = messageOf(read(sample(`thingspace-rest/${name}.json`))).facts;
      assert.deepEqual(
        { type, service, status },
        { type: undefined, service: undefined, status: undefined, ...expected },
      );
    });
  }

  // The first member that was there used to be the news, even if a serialiser had written it for completeness.
  const newsAmongEmpty: [string, Record<string, unknown>, string?][] = [
    ['activateResponse', { niddResponse: {}, deviceResponse: { activateResponse: { state: 'a' } } }, 'CarrierService'],
    [
      'activateResponse',
      {
        comment: '',
        smsMessage: ' ',
        faultResponse: {},
        list: [],
        deviceResponse: { activateResponse: { state: 'a' } },
      },
      'CarrierService',
    ],
    ['suspendResponse', { deviceResponse: { activateResponse: {}, suspendResponse: { days: 9 } } }],
    [
      'smsMessage',
      { deviceResponse: { activateResponse: {}, faultResponse: null }, smsMessage: 'x' },
      'EnhancedConnectivityService',
    ],
    ['comment', { niddResponse: { niddMONotificationResponse: null }, comment: 'x' }],
    ['count', { comment: '', count: 0 }],
    ['restoreResponse', { nothing: null, deviceResponse: { restoreResponse: {} }, comment: '' }, 'CarrierService'],
    ['deviceResponse', { deviceResponse: { restoreResponse: null } }],
  ];
  for (const [type, members, service] of newsAmongEmpty) {
    test(`the news of ${JSON.stringify(members)} is ${type}`, () => {
      const { facts } = messageOf(read(callback(members)));
      assert.deepEqual([facts.type, facts.service], [type, service]);
    });
  }

  // They used to be no names at all.
  test('numbers are names, with all the digits that they were written with', () => {
    const device = (id: string) => `{"kind":"imei","id":${id}}`;
    const text = `\uFEFF{"username":7.0,"requestId":12345678901234567890,"status":1e2,
      "deviceIds":[null,${device('490154203237518')}],
      "niddResponse":{"deviceIds":[],"n":{"x":[{}],"accountName":1.50,"deviceIds":[${device('0')}, "x" ,${device('89000000000000000017')}]}}}`;
    const { facts } = messageOf(read(text, { ...unverified, account: undefined }));
    assert.deepEqual(facts, {
      account: '1.50',
      service: 'NiddService',
      type: 'n',
      correlationId: '12345678901234567890',
      status: '1e2',
      devices: ['490154203237518', '0', '89000000000000000017'].map((id) => ({ id, kind: 'imei' })),
    });
    assert.equal(messageOf(read(text, { ...unverified, account: { from: 'username' } })).facts.account, '7.0');
  });

  test('of a name that a part has twice the last one counts, as for the rest of it', () => {
    const text = callback({}).replace('}', ',"a":{"deviceIds":1,"deviceIds":[{"kind":"imei","id":1,"id":2}]}}');
    assert.deepEqual(messageOf(read(text)).facts.devices, [{ id: '2', kind: 'imei' }]);
  });

  test('devices of the envelope and of the parts are named once each, kinds in lower case', () => {
    assert.deepEqual(messageOf(read(sample('thingspace-rest/nidd-mo.json'))).facts.devices, [
      { id: '490154203237518', kind: 'imei' },
      { id: '001010000000001', kind: 'imsi' },
      { id: '5550100001', kind: 'mdn' },
      { id: '89000000000000000017', kind: 'iccid' },
    ]);
  });

  test('one id of two kinds is two devices', () => {
    const deviceIds = ['MDN', 'mdn', 'msisdn'].map((kind) => ({ id: '5550100001', kind }));
    assert.deepEqual(messageOf(read(callback({ deviceIds }))).facts.devices, [
      { id: '5550100001', kind: 'mdn' },
      { id: '5550100001', kind: 'msisdn' },
    ]);
  });

  test('a body that names a crowd of devices yields 32', () => {
    const deviceIds = Array.from({ length: 10_000 }, (_, number) => ({ id: String(number), kind: 'imei' }));
    assert.equal(messageOf(read(callback({ deviceIds }))).facts.devices.length, 32);
  });

  test('the request id is the correlation id', () => {
    assert.equal(messageOf(read(activated)).facts.correlationId, '11111111-2222-4333-8444-000000000001');
  });

  test('callbackCount is the number of the vendor’s attempt', () => {
    assert.equal(messageOf(read(activatedAgain)).vendorAttempt, 2);
    assert.equal(messageOf(read(callback({ callbackCount: '2' }))).vendorAttempt, 2);
    for (const callbackCount of [0, -1, 1.5, '0', ' 2', '2nd', '', 1e9, null, {}, ['2']]) {
      assert.equal(messageOf(read(callback({ callbackCount }))).vendorAttempt, undefined);
    }
  });

  test('what the endpoint says of account and service goes before what the body says', () => {
    const { facts } = messageOf(
      read(sample('thingspace-rest/nidd-mo.json'), { account: 'mine', service: 'MyService' }),
    );
    assert.deepEqual([facts.account, facts.service], ['mine', 'MyService']);
  });

  test('the account can be taken from the username', () => {
    assert.equal(messageOf(read(activated, { account: { from: 'username' } })).facts.account, 'acct-0000000001-00001');
  });

  test('without an account in the configuration a NIDD body names it', () => {
    assert.equal(
      messageOf(read(sample('thingspace-rest/nidd-mo.json'), { account: undefined })).facts.account,
      '0000000001-00001',
    );
    assert.equal(messageOf(read(activated, { account: undefined })).facts.account, undefined);
  });

  test('a text too long to be a name is no fact', () => {
    const { facts } = messageOf(read(callback({ requestId: 'r'.repeat(257), status: 's'.repeat(256) })));
    assert.equal(facts.correlationId, undefined);
    assert.equal(facts.status?.length, 256);
  });
});

suite('forged', () => {
  const pairs: [string, Record<string, unknown>][] = [
    ['a wrong password', { password: 'wrong' }],
    ['a wrong username', { username: 'wrong' }],
    ['no password', { password: undefined }],
    ['an empty password', { password: '' }],
    ['null credentials', { username: null, password: null }],
    ['credentials that are no text', { username: ['acct-0000000001-00001'], password: { length: 12 } }],
    ['username and password changed over', { username: credentials.password, password: credentials.username }],
  ];
  for (const [what, members] of pairs) {
    test(`${what} is unauthorized`, () => assert.equal(codeOf(read(callback(members))), 'unauthorized'));
  }

  test('the username of one pair does not go with the password of another', () => {
    const verify = { credentials: [credentials, { username: 'other', password: 'other-password' }], allow: [] };
    assert.equal(codeOf(read(callback({ password: 'other-password' }), { verify })), 'unauthorized');
  });

  test('credentials beside the top level do not count', () => {
    assert.equal(codeOf(read(JSON.stringify({ deviceResponse: credentials, __proto__: credentials }))), 'unauthorized');
    assert.equal(codeOf(read(`{"__proto__": ${JSON.stringify(credentials)}}`)), 'unauthorized');
  });

  test('an address that is not listed is refused, whatever the body', () => {
    const verify = { credentials: [credentials], allow: ['3.87.163.45/32', '2001:db8::/32'] };
    for (const ip of ['3.87.163.46', '::ffff:3.87.163.46', '2001:db9::1', 'fe80::1%eth0', '', 'nonsense']) {
      assert.equal(codeOf(read(activated, { verify, ip })), 'address-not-allowed', ip);
      assert.equal(codeOf(read('not json', { verify, ip })), 'address-not-allowed', ip);
    }
    for (const ip of [
      '3.87.163.45',
      '3.87.163.45:5678',
      '[2001:db8::1]:99',
      '[2001:db8::1]',
      '::ffff:3.87.163.45',
      '::ffff:357:a32d',
      '2001:db8:1::1',
    ]) {
      messageOf(read(activated, { verify, ip }));
    }
  });

  test('a refusal quotes neither body nor secrets', () => {
    const body = callback({ password: 'a-wrong-secret', smsMessage: 'private words' });
    assert.doesNotMatch(JSON.stringify(read(body)), /wrong-secret|not-a-secret|acct-|private/);
  });
});

suite('tampered', () => {
  for (const [what, before, after] of [
    ['another letter', 'Success', 'Succesz'],
    ['another digit', '"12345"', '"12346"'],
    ['another member', '"state": "active"', '"state": "active", "more": null'],
    ['another request', '000000000001"', '000000000002"'],
  ] as const) {
    test(`${what} makes it another message`, () => {
      const changed = activated.toString().replace(before, after);
      assert.notEqual(changed, activated.toString());
      assert.notEqual(digestOf(changed), digestOf(activated));
    });
  }

  test('the last letter of a body of any size makes it another message', () => {
    for (const size of [1_000, 65_000, 66_000, 1_000_000]) {
      const body = (letter: string) =>
        callback({ list: Array.from({ length: size / 10 }, () => 'x23456789'), z: letter });
      assert.notEqual(digestOf(body('a')), digestOf(body('b')));
    }
  });

  test('numbers beyond 2^53 that differ in the last digit make two messages', () => {
    const [one, other] = ['9007199254740993', '9007199254740992'].map((n) =>
      callback({}).replace('}', `,"bytes":${n}}`),
    );
    assert.notEqual(digestOf(one ?? ''), digestOf(other ?? ''));
  });

  test('a repeated name deeper down makes another message, whichever of the two differs', () => {
    const body = (first: number, last: number) => callback({}).replace('}', `,"a":{"n":${first},"n":${last}}}`);
    assert.equal(new Set([body(1, 2), body(3, 2), body(2, 1)].map((text) => digestOf(text))).size, 3);
  });

  test('a callbackCount or password that is not the envelope’s is part of the message', () => {
    const body = (callbackCount: number, password: string) =>
      callback({ deviceResponse: { callbackCount, deviceCredential: { password } } });
    assert.equal(new Set([body(1, 'a'), body(2, 'a'), body(1, 'b')].map((text) => digestOf(text))).size, 3);
  });

  test('the same body for another account or service is another message', () => {
    const digests = [{}, { account: 'other' }, { account: undefined, service: 'other' }, { service: 'other' }];
    assert.equal(new Set(digests.map((changes) => digestOf(activated, changes))).size, 4);
  });

  test('the same body for another username is another message when the username is the account', () => {
    const changes: Partial<Endpoint> = { ...unverified, account: { from: 'username' } };
    assert.notEqual(digestOf(callback({}), changes), digestOf(callback({ username: 'other' }), changes));
  });
});

suite('rotated', () => {
  const next = { username: credentials.username, password: 'the-next-one' };
  const verify = { credentials: [next, credentials], allow: [] };

  test('the old and the new password are both taken while both are listed', () => {
    messageOf(read(callback({}), { verify }));
    messageOf(read(callback(next), { verify }));
    assert.equal(codeOf(read(callback({}), { verify: { credentials: [next], allow: [] } })), 'unauthorized');
  });

  test('a resend with the new password is still a resend', () => {
    assert.equal(
      digestOf(callback({ a: 1, callbackCount: 1 }), { verify }),
      digestOf(callback({ ...next, a: 1, callbackCount: 2 }), { verify }),
    );
  });
});

suite('duplicated', () => {
  test('a resend differs in callbackCount alone and is the same message', () => {
    assert.notDeepEqual(activated, activatedAgain);
    assert.equal(digestOf(activatedAgain), digestOf(activated));
  });

  test('what has no attempt number asks for a shorter window: a state may come back under one request id', () => {
    const windowOf = (members: Record<string, unknown>) => messageOf(read(callback(members))).resendWithinMs;
    assert.equal(windowOf({ smsMessage: 'status OK' }), 60_000);
    assert.equal(windowOf({ requestId: 'r' }), 60_000);
    assert.equal(windowOf({ callbackCount: 1 }), undefined);
  });

  test('white space and the order of members do not count', () => {
    const reversed = Object.fromEntries(Object.entries(JSON.parse(activated.toString())).reverse());
    assert.equal(digestOf(JSON.stringify(reversed)), digestOf(activated));
    assert.equal(digestOf(JSON.stringify(reversed, null, '\r\n\t ')), digestOf(activated));
  });

  test('white space inside a text counts', () => {
    assert.notEqual(digestOf(callback({ smsMessage: 'a b' })), digestOf(callback({ smsMessage: 'ab' })));
  });

  test('the order of a list counts', () => {
    assert.notEqual(digestOf(callback({ list: [1, 2] })), digestOf(callback({ list: [2, 1] })));
  });
});

suite('malformed', () => {
  const mark = Buffer.from('\uFEFF');
  const deep = 200_000;
  const bodies: [string, string | Buffer][] = [
    ['an empty body', ''],
    ['white space', ' \n'],
    ['no JSON', 'username=relay&password=not-a-secret'],
    ['null', 'null'],
    ['a list', `[${callback({})}]`],
    ['a text', '"text"'],
    ['a number', '1'],
    ['half a body', activated.subarray(0, -20)],
    ['trailing garbage', `${callback({})}x`],
    ['two bodies', callback({}) + callback({})],
    ['UTF-16', Buffer.from(callback({}), 'utf16le')],
    ['zero bytes', Buffer.alloc(64)],
    ['lists that never close', '['.repeat(deep)],
    ['objects that never close', '{"a":'.repeat(deep)],
    ['a password given twice', callback({}).replace('}', ',"password":"not-a-secret"}')],
    ['a name given twice, once with an escape', callback({ a: 1 }).replace('}', ',"\\u0061":1}')],
    ['__proto__ given twice', callback({}).replace('}', ',"__proto__":1,"__proto__":1}')],
  ];
  for (const [what, body] of bodies) {
    test(`${what} is unreadable`, () => {
      assert.equal(codeOf(read(body)), 'unreadable');
      assert.equal(codeOf(read(body, unverified)), 'unreadable');
    });
  }

  const taken: [string, string | Buffer][] = [
    ['a byte order mark', `\uFEFF${callback({})}`],
    ['bytes that are not UTF-8', Buffer.from(callback({ smsMessage: 'Z\u00fcrich' }), 'latin1')],
    ['both', Buffer.concat([mark, Buffer.from(callback({ smsMessage: 'Z\u00fcrich' }), 'latin1')])],
    ['lists in lists', callback({}).replace('}', `,"a":${'['.repeat(deep)}${']'.repeat(deep)}}`)],
    ['objects in objects', callback({}).replace('}', `,"a":${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}}`)],
    ['many members', callback(Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`n${n}`, n])))],
    ['many backslashes', callback({ smsMessage: '\\"'.repeat(deep) })],
    ['a member named __proto__', callback({}).replace('}', ',"__proto__":{"requestId":"r"},"constructor":1}')],
    [
      'parts of unexpected kinds',
      callback({ requestId: 1, status: {}, deviceIds: 'x', deviceResponse: [], niddResponse: 7 }),
    ],
    [
      'devices of unexpected kinds',
      callback({ deviceIds: [null, 1, 'x', [], {}, { id: 1, kind: 'imei' }, { id: 'x' }] }),
    ],
  ];
  for (const [what, body] of taken) {
    test(`${what} does not stop a message`, () => {
      assert.deepEqual(messageOf(read(body)).body, Buffer.from(body));
    });
  }

  test('two bodies that are not UTF-8 and differ in one such byte are two messages', () => {
    const body = (letter: string) => Buffer.from(callback({ smsMessage: letter }), 'latin1');
    assert.notEqual(digestOf(body('\u00e4')), digestOf(body('\u00f6')));
  });

  test('a body that is cut off anywhere is unreadable', () => {
    const body = activated.toString().trim();
    for (let end = 0; end < body.length; end += 1) assert.equal(codeOf(read(body.slice(0, end))), 'unreadable');
    messageOf(read(body));
  });

  test('nothing that can be sent makes it throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void read(Buffer.from(bytes), unverified)));
    fc.assert(fc.property(fc.json(), (text) => void read(text, unverified)));
    fc.assert(fc.property(fc.jsonValue(), fc.string(), (value, name) => void read(callback({ [name]: value }))));
  });
});

suite('any callback', () => {
  const anyBody = fc.dictionary(fc.string(), fc.jsonValue());

  test('is the same message with any white space, any order of members and any callbackCount', () => {
    fc.assert(
      fc.property(anyBody, fc.constantFrom('', '\t', '  '), fc.nat(), (members, indent, callbackCount) => {
        const reversed = Object.fromEntries(Object.entries({ ...members, callbackCount }).reverse());
        const again = JSON.stringify({ ...reversed, ...credentials }, null, indent);
        assert.equal(digestOf(again), digestOf(callback({ ...members, callbackCount: 1 })));
      }),
    );
  });

  test('is another message exactly when a value differs in meaning', () => {
    fc.assert(
      fc.property(anyBody, fc.jsonValue(), fc.jsonValue(), (members, one, other) => {
        const [first, second] = [one, other].map((it) => callback({ ...members, it }));
        const alike = isDeepStrictEqual(JSON.parse(first ?? ''), JSON.parse(second ?? ''));
        assert.equal(digestOf(first ?? '') === digestOf(second ?? ''), alike);
      }),
    );
  });
});

suite('decoded and redacted', () => {
  const source = createSource(endpointWith());
  const decoded = (body: string | Buffer) => source.decode(Buffer.from(body), 'application/json');
  const redacted = (body: string | Buffer) => source.redact(Buffer.from(body)).toString('latin1');

  test('every sample keeps all but its username and password', () => {
    for (const name of sampleNames('thingspace-rest')) {
      const { username, password, ...rest } = JSON.parse(sample(name).toString());
      assert.deepEqual([username, password], [credentials.username, credentials.password]);
      assert.deepEqual(JSON.parse(decoded(sample(name)).content), rest);
      assert.deepEqual(JSON.parse(redacted(sample(name))), rest);
    }
  });

  test('the devices are those of the facts', () => {
    const body = sample('thingspace-rest/nidd-mo.json');
    assert.deepEqual(decoded(body).devices, messageOf(read(body)).facts.devices);
  });

  test('nothing but the members and a comma each goes', () => {
    const secret = String.raw`"username" : "u" , "\u0070assword":{"a":[1]}`;
    const table: [string, string][] = [
      [`{ ${secret} , "n" : 9007199254740993 }`, '{ "n" : 9007199254740993 }'],
      [`{"n":1.0 , ${secret} }`, '{"n":1.0 }'],
      [`{"n":1, "username":1, "m":2, "password":2}`, '{"n":1, "m":2}'],
      [` { ${secret} }\n`, ' {  }\n'],
      [`{"a":{"password":1}}`, '{"a":{"password":1}}'],
      [`{"password":1,"a":1,"password":2}`, '{"a":1}'],
    ];
    for (const [body, expected] of table) {
      assert.equal(redacted(body), expected);
      assert.equal(decoded(body).content, expected);
    }
  });

  test('a byte order mark and bytes that are not UTF-8 move nothing', () => {
    const odd = Buffer.from('\u00ef\u00bb\u00bf{"a":"\u00fc","username":"\u00fc","b":"\u00e4"}', 'latin1');
    assert.equal(redacted(odd), '\u00ef\u00bb\u00bf{"a":"\u00fc","b":"\u00e4"}');
    assert.equal(decoded(odd).content, '{"a":"\u00fc","b":"\u00e4"}');
  });

  test('what is no ThingSpace callback is left as it is, and decoded as a text', () => {
    for (const body of ['', 'password=1', '{"password":1', '["password"]', 'null', '<password/>']) {
      assert.equal(redacted(body), body);
      assert.doesNotThrow(() => JSON.parse(decoded(body).content));
    }
  });

  test('any bytes are decoded as JSON', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void JSON.parse(decoded(Buffer.from(bytes)).content)),
    );
  });
});
