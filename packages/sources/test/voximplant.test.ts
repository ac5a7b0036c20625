import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { suite, test } from 'node:test';
import type { CallbackHash, Endpoint, Message, Reading } from '@relay/core';
import { sample, sampleNames } from '@relay/testkit';
import fc from 'fast-check';
import { createSource } from '../src/index.ts';
import { maxCallbacks } from '../src/vendors/voximplant-callbacks.ts';

const salt = 'test-salt';
const apiKey = '00000000-1111-2222-3333-444444444444';
const accountId = '1000001';

function verifiedBy(changes: Partial<CallbackHash> = {}): Endpoint['verify'] {
  const callbackHash = { salts: [salt], accountId, apiKeys: [apiKey], ...changes };
  return { credentials: [], allow: [], callbackHash };
}

const unverified: Partial<Endpoint> = { verify: { credentials: [], allow: [] } };
const whole: Partial<Endpoint> = { batch: 'whole' };

function endpointWith(changes: Partial<Endpoint> = {}): Endpoint {
  return {
    name: 'voximplant',
    source: 'voximplant',
    path: '/voximplant',
    account: undefined,
    service: undefined,
    verify: verifiedBy(),
    dedupMs: 86_400_000,
    ...changes,
  };
}

const utf8Json = 'application/json; charset=utf-8';

function read(body: string | Buffer, changes: Partial<Endpoint> = {}, contentType = utf8Json): Reading {
  return createSource(endpointWith(changes)).read({
    body: Buffer.from(body),
    headers: contentType === '' ? {} : { 'content-type': contentType },
    ip: '192.0.2.1',
    at: 1_700_000_000_000,
    target: '/voximplant',
  });
}

function messagesOf(reading: Reading): readonly Message[] {
  assert.ok('messages' in reading, `refused: ${JSON.stringify(reading)}`);
  return reading.messages;
}

function messageOf(reading: Reading): Message {
  const [message, ...others] = messagesOf(reading);
  assert.ok(message !== undefined && others.length === 0);
  return message;
}

function codeOf(reading: Reading): string | undefined {
  return 'refusal' in reading ? reading.refusal.code : undefined;
}

function digestsOf(body: string | Buffer, changes: Partial<Endpoint> = {}): string[] {
  return messagesOf(read(body, changes)).map(({ digest }) => digest.toString('hex'));
}

function hashOf(id: string, key: string = salt + accountId + apiKey): string {
  return hash('md5', key + id);
}

/** A genuine callback, with these members behind what is documented for all. */
function callback(id: string, members = '"js_fail":{}'): string {
  return `{"callback_id":${id},"type":"js_fail","account_id":${accountId},"hash":"${hashOf(id)}",${members}}`;
}

function request(...callbacks: string[]): string {
  return `{"callbacks":[${callbacks.join(',')}]}`;
}

const batch = sample('voximplant/batch-two.json');

suite('genuine', () => {
  for (const name of sampleNames('voximplant').filter((each) => !/bad-hash|batch-two/.test(each))) {
    test(`${name} is one message with the bytes of its one callback`, () => {
      const body = sample(name);
      const [element] = JSON.parse(body.toString()).callbacks;
      const message = messageOf(read(body));
      assert.ok(body.includes(message.body));
      assert.deepEqual(JSON.parse(message.body.toString()), element);
      assert.equal(message.contentType, 'application/json; charset=utf-8');
      assert.equal(message.facts.type, element.type);
      assert.equal(message.facts.correlationId, String(element.callback_id));
      assert.equal(message.facts.account, accountId);
    });
  }

  test('each of several is a message, in their order', () => {
    const facts = messagesOf(read(batch)).map((message) => [message.facts.type, message.facts.correlationId]);
    assert.deepEqual(facts, [
      ['min_balance', '500047'],
      ['js_fail', '500048'],
    ]);
  });

  test('white space and long numbers come out as they came in', () => {
    const [one, other] = [
      callback('12345678901234567890', '"n" :\t9007199254740993, "a":[ 1.0 ]'),
      callback('1e3', '"x":"}],{"\n'),
    ];
    const body = `\uFEFF { "more" : [{}] , "callbacks" :\n[ ${one}\t,\r\n${other} ] } `;
    assert.deepEqual(
      messagesOf(read(body)).map((message) => message.body.toString()),
      [one, other],
    );
  });

  test('an id keeps all its digits', () => {
    const ids = ['12345678901234567890', '12345678901234567891'];
    const messages = messagesOf(read(request(...ids.map((id) => callback(id)))));
    assert.deepEqual(
      messages.map(({ facts }) => facts.correlationId),
      ids,
    );
  });

  test('an id may be a text', () => {
    const text = callback('500100').replace('500100', '"500100"');
    assert.deepEqual(digestsOf(request(text)), digestsOf(request(callback('500100'))));
  });

  test('the camel case of the guide is read too, with a Cyrillic letter or without', () => {
    for (const name of ['callbackId', '\u0441allbackId', '\\u0441allbackId']) {
      const camel = callback('500100').replace('callback_id', name).replace('account_id', 'accountId');
      assert.equal(messageOf(read(request(camel))).facts.correlationId, '500100');
      assert.deepEqual(digestsOf(request(camel)), digestsOf(request(callback('500100'))));
    }
  });

  test('a callback that stands there without a list is one message, as it came', () => {
    const body = ` ${callback('500100')}\n`;
    const message = messageOf(read(body));
    assert.equal(message.body.toString(), body);
    assert.equal(message.contentType, 'application/json; charset=utf-8');
    assert.deepEqual(digestsOf(body), digestsOf(request(callback('500100'))));
  });

  // The charset used to be left out, so that nobody could read the bytes any more.
  test('a callback of the list keeps the content type of the request where that is JSON', () => {
    const typeUnder = (contentType: string) => messageOf(read(request(callback('1')), {}, contentType)).contentType;
    for (const json of ['application/json; charset=windows-1251', 'application/problem+json'])
      assert.equal(typeUnder(json), json);
    for (const other of ['text/plain; charset=windows-1251', '']) assert.equal(typeUnder(other), 'application/json');
  });

  test('a callback in place of the list is one message', () => {
    const one = ` ${callback('500100')}`;
    assert.equal(messageOf(read(`{"callbacks":${one}}`)).body.toString(), one.trim());
    assert.equal(codeOf(read(`{"callbacks":${one.replace(hashOf('500100'), hashOf('1'))}}`)), 'unauthorized');
  });

  test('a callback without an id passes where none is verified, and nowhere else', () => {
    for (const body of ['{"type":"x","x":{}}', '{"callbacks":{"type":"x"}}', '{"callbacks":null,"type":"x"}']) {
      assert.equal(messageOf(read(body, unverified)).facts.type, 'x');
      assert.equal(codeOf(read(body)), 'unauthorized');
    }
  });

  test('a callback beside an empty list does not get lost', () => {
    const body = callback('500100', '"callbacks":[]');
    for (const changes of [{}, unverified, whole]) {
      assert.equal(messageOf(read(body, changes)).facts.correlationId, '500100');
    }
  });

  test('an empty list is taken, and there is nothing to keep', () => {
    for (const changes of [{}, unverified, whole]) assert.deepEqual(messagesOf(read(request(), changes)), []);
  });

  test('as many as a request may bring are taken, and not one more', () => {
    const callbacks = Array.from({ length: maxCallbacks }, (_, n) => callback(String(n)));
    assert.equal(messagesOf(read(request(...callbacks))).length, maxCallbacks);
    assert.equal(codeOf(read(request(...callbacks, callback('0')))), 'too-large');
  });

  test('the answer is what the API of the vendor says', () => {
    const answer = { status: 200, contentType: 'application/json', body: '{"result":1}' };
    assert.deepEqual(createSource(endpointWith()).answer, answer);
  });
});

suite('forged', () => {
  const genuine = callback('500100');
  const table: [string, string][] = [
    ['no hash', genuine.replace('"hash"', '"salt"')],
    ['an empty hash', genuine.replace(hashOf('500100'), '')],
    ['a hash cut short', genuine.replace(hashOf('500100'), hashOf('500100').slice(1))],
    ['a hash with more behind it', genuine.replace(hashOf('500100'), `${hashOf('500100')}0`)],
    ['a hash that is no text', genuine.replace(`"${hashOf('500100')}"`, `["${hashOf('500100')}"]`)],
    ['the hash of another callback', genuine.replace(hashOf('500100'), hashOf('500101'))],
    ['the hash of an empty id', genuine.replace(hashOf('500100'), hashOf(''))],
    ['the hash of another salt', genuine.replace(hashOf('500100'), hashOf('500100', `other${accountId}${apiKey}`))],
    ['the hash of another key', genuine.replace(hashOf('500100'), hashOf('500100', `${salt}${accountId}other`))],
    ['the hash of another account', genuine.replace(hashOf('500100'), hashOf('500100', `${salt}1000002${apiKey}`))],
    ['another id', genuine.replace('500100', '500101')],
    ['an id in other digits', genuine.replace('500100', '5.001e5')],
    ['no id', genuine.replace('"callback_id"', '"id"')],
    ['an id that is null', genuine.replace('500100', 'null')],
    ['an id that is a list', genuine.replace('500100', '[500100]')],
    ['another account', genuine.replace(accountId, '1000002')],
    ['an account in other digits', genuine.replace(accountId, '1000001.0')],
    ['an account that is an object', genuine.replace(accountId, '{}')],
    ['another account in camel case', genuine.replace(`"account_id":${accountId}`, '"accountId":"1000002"')],
    ['a text', '"text"'],
    ['a list', `[${genuine}]`],
    ['null', 'null'],
  ];
  for (const [what, forged] of table) {
    test(`${what} is unauthorized, alone and among genuine ones`, () => {
      assert.notEqual(forged, genuine);
      for (const changes of [{}, whole]) {
        assert.equal(codeOf(read(request(forged), changes)), 'unauthorized');
        assert.equal(codeOf(read(request(callback('1'), forged), changes)), 'unauthorized');
        assert.equal(codeOf(read(request(forged, callback('1')), changes)), 'unauthorized');
      }
    });
  }

  test('a sample with a bad hash is unauthorized', () => {
    assert.equal(codeOf(read(sample('voximplant/bad-hash.json'))), 'unauthorized');
  });

  test('a genuine callback without an account, or in upper-case hex, is taken', () => {
    for (const body of [
      genuine.replace('account_id', 'id'),
      genuine.replace(accountId, 'null'),
      genuine.replace(accountId, `"${accountId}"`),
      genuine.replace(hashOf('500100'), hashOf('500100').toUpperCase()),
    ]) {
      assert.notEqual(body, genuine);
      assert.equal(messageOf(read(request(body))).facts.account, accountId);
    }
  });

  test('nothing passes where no salt or no key is accepted', () => {
    for (const verify of [verifiedBy({ salts: [] }), verifiedBy({ apiKeys: [] })]) {
      assert.equal(codeOf(read(request(genuine), { verify })), 'unauthorized');
    }
  });

  test('a refusal quotes neither body nor secrets', () => {
    const reading = read(request(callback('500100', '"sms_body":"private"').replace(hashOf('500100'), 'private')));
    assert.doesNotMatch(JSON.stringify(reading), /private|test-salt|0000|500100/);
  });
});

suite('rotated', () => {
  const changed: [string, Partial<CallbackHash>][] = [
    ['salt', { salts: ['next-salt', salt] }],
    ['key', { apiKeys: ['next-key', apiKey] }],
    ['salt and key', { salts: ['next-salt', salt], apiKeys: ['next-key', apiKey] }],
  ];
  for (const [what, hashes] of changed) {
    test(`while the ${what} changes, the old and the new one are both taken, and a resend stays one`, () => {
      const [next = salt] = hashes.salts ?? [];
      const [nextKey = apiKey] = hashes.apiKeys ?? [];
      const verify = verifiedBy(hashes);
      const renewed = callback('500100').replace(hashOf('500100'), hashOf('500100', next + accountId + nextKey));
      assert.deepEqual(digestsOf(request(renewed), { verify }), digestsOf(request(callback('500100')), { verify }));
      assert.equal(codeOf(read(request(renewed))), 'unauthorized');
    });
  }
});

suite('duplicated', () => {
  test('the account and the callback id make the message, and not what else is in it', () => {
    assert.deepEqual(
      digestsOf(request(callback('1', '"balance":9'))),
      digestsOf(request(callback('1', '"balance":8'))),
    );
    assert.notDeepEqual(digestsOf(request(callback('1'))), digestsOf(request(callback('2'))));
    assert.notDeepEqual(digestsOf(request(callback('1'))), digestsOf(request(callback('1')), { service: 's' }));
  });

  // Under one name, callbacks of two accounts with the same id used to be one message, and a new name made a resend news.
  test('the account is the one that the callback names, else the one that is verified, whatever the endpoint calls it', () => {
    const anonymous = request(callback('1').replace('account_id', 'id'));
    const places = [{}, { account: 'a' }, { account: 'b' }, { ...unverified, account: 'a' }];
    const named = places.flatMap((changes) => digestsOf(request(callback('1')), changes));
    assert.equal(new Set([...named, ...digestsOf(anonymous)]).size, 1);
  });

  test('a callback is the same one in another company', () => {
    const [first, second] = digestsOf(request(callback('1'), callback('2')));
    assert.deepEqual([second, first], digestsOf(request(callback('2'), callback('1'))));
  });

  test('where nothing is verified, accounts are told apart by their ids', () => {
    const bodies = ['1000001', '1000002'].map((account) => callback('1').replace(accountId, account));
    for (const changes of [unverified, { ...unverified, account: 'mine' }]) {
      assert.equal(new Set(digestsOf(request(...bodies), changes)).size, 2);
      assert.equal(new Set(bodies.flatMap((body) => digestsOf(request(body), { ...changes, ...whole }))).size, 2);
    }
  });

  test('without an id, a callback is its bytes, and for no longer than ten minutes', () => {
    const bodies = [
      '{}',
      '{ }',
      '{"callback_id":true}',
      '{"callback_id":true,"a":1}',
      '{"callback_id":""}',
      '1',
      'null',
    ];
    const messages = messagesOf(read(request(...bodies), unverified));
    assert.equal(new Set(messages.map(({ digest }) => digest.toString('hex'))).size, bodies.length);
    for (const message of messages) {
      assert.equal(message.resendWithinMs, 600_000);
      assert.equal(message.facts.correlationId, undefined);
    }
    assert.equal(messageOf(read(request(callback('1')))).resendWithinMs, undefined);
  });
});

suite('facts', () => {
  const phone = (id: string) => ({ id, kind: 'phone_number' });
  const told: [string, { status?: string; devices?: { id: string; kind: string }[] }][] = [
    ['account_document_verified', { status: 'VERIFIED' }],
    ['account_document_status_updated', { status: 'VERIFIED' }],
    ['regulation_address_documents_requested', { status: 'PENDING' }],
    ['phone_number_activation_status_changed', { status: 'ACTIVE', devices: [phone('15550100001')] }],
    ['subscription_is_frozen', { devices: [phone('15550100001')] }],
    ['subscription_is_detached', { devices: [{ id: '88', kind: 'sip_registration' }] }],
    ['sip_registration_recovered', { devices: [{ id: '88', kind: 'sip_registration' }] }],
    ['expiring_callerid', { devices: [phone('15550100002')] }],
    ['card_payment', {}],
    ['type-only', {}],
  ];
  for (const [name, { status, devices = [] }] of told) {
    test(`${name}: ${JSON.stringify({ status, devices })}`, () => {
      const { facts } = messageOf(read(sample(`voximplant/${name}.json`)));
      assert.equal(facts.status, status);
      assert.deepEqual(facts.devices, devices);
    });
  }

  test('both numbers of an SMS are named, in double nesting', () => {
    const news = '{"sms_inbound":{"source_number":"15550100001","destination_number":"15550100002","sms_body":"x"}}';
    const { facts } = messageOf(read(request(callback('1', `"sms_inbound":${news}`))));
    assert.deepEqual(facts.devices, [phone('15550100001'), phone('15550100002')]);
  });

  test('of several statuses the outer one counts, and then the first', () => {
    const news = '{"deeper":{"activation_status":"a"},"account_document_status":"b","activation_status":"c"}';
    assert.equal(messageOf(read(request(callback('1', `"news":${news}`)))).facts.status, 'b');
  });

  test('a callback that names a crowd of devices yields 32', () => {
    const numbers = JSON.stringify(Array.from({ length: 10_000 }, (_, n) => ({ phone_number: String(n % 9_000) })));
    assert.equal(messageOf(read(request(callback('1', `"a":${numbers}`)))).facts.devices.length, 32);
  });

  test('the account is the endpoint’s, or the one that is verified, or the one that is named', () => {
    assert.equal(messageOf(read(request(callback('1')), { account: 'mine' })).facts.account, 'mine');
    assert.equal(messageOf(read(request(callback('1')))).facts.account, accountId);
    const other = request(callback('1').replace(accountId, '12345678901234567890'));
    assert.equal(messageOf(read(other, unverified)).facts.account, '12345678901234567890');
    assert.equal(messageOf(read(request('{"callback_id":1}'), unverified)).facts.account, undefined);
  });

  test('a text too long to be a name is no fact, and an id makes the message all the same', () => {
    const body = (last: string) => request(`{"callback_id":"${'1'.repeat(300)}${last}","type":"${'t'.repeat(257)}"}`);
    const { facts } = messageOf(read(body('1'), unverified));
    assert.deepEqual([facts.correlationId, facts.type], [undefined, undefined]);
    assert.notDeepEqual(digestsOf(body('1'), unverified), digestsOf(body('2'), unverified));
  });
});

suite('a batch as a whole', () => {
  test('is one message of the bytes that came', () => {
    const message = messageOf(read(batch, whole));
    assert.deepEqual(message.body, batch);
    assert.equal(message.contentType, 'application/json; charset=utf-8');
    assert.deepEqual(message.facts, { account: accountId, devices: [] });
  });

  test('says what all of it agree on, and names the devices of all', () => {
    const [one, other] = ['1', '2'].map((id) =>
      callback(id, `"a":{"activation_status":"ACTIVE","phone_number":"${id}"}`),
    );
    assert.deepEqual(messageOf(read(request(one ?? '', other ?? ''), whole)).facts, {
      account: accountId,
      type: 'js_fail',
      status: 'ACTIVE',
      devices: ['1', '2'].map((id) => ({ id, kind: 'phone_number' })),
    });
    assert.equal(messageOf(read(request(callback('1')), whole)).facts.correlationId, '1');
  });

  test('is another message with another id in it', () => {
    const bodies = [['1'], ['2'], ['1', '2'], ['2', '3'], ['12'], ['1', '2', '3']];
    const digests = bodies.flatMap((ids) => digestsOf(request(...ids.map((id) => callback(id))), whole));
    assert.equal(new Set(digests).size, bodies.length);
    assert.deepEqual(digestsOf(request(callback('1', '"a":1')), whole), digestsOf(request(callback('1')), whole));
  });

  // In another order they used to be delivered once more.
  test('is a resend with the same ids in whatever order', () => {
    const [first, ...others] = [
      ['1', '2', '12'],
      ['12', '2', '1'],
      ['2', '1', '12', '2'],
    ].map((ids) => digestsOf(request(...ids.map((id) => callback(id))), whole));
    for (const digests of others) assert.deepEqual(digests, first);
  });

  test('is another message when the same ids are of other accounts', () => {
    const digestsAmong = (...pairs: [id: number, account: number][]) => {
      const callbacks = pairs.map(([id, account]) => `{"callback_id":${id},"account_id":${account}}`);
      return digestsOf(request(...callbacks), { ...whole, ...unverified });
    };
    const digests = [
      ...digestsAmong([7, 1], [8, 2]),
      ...digestsAmong([7, 2], [8, 1]),
      ...digestsAmong([7, 1], [8, 1]),
      ...digestsAmong([7, 1], [7, 2]),
    ];
    assert.equal(new Set(digests).size, 4);
    assert.deepEqual(digestsAmong([7, 2], [8, 1]), digestsAmong([8, 1], [7, 2]));
  });

  test('is its bytes when one of it has no id', () => {
    const [one, other] = ['{"a":1}', '{"a":2}'].map((anonymous) => request(callback('1'), anonymous));
    assert.notDeepEqual(
      digestsOf(one ?? '', { ...whole, ...unverified }),
      digestsOf(other ?? '', { ...whole, ...unverified }),
    );
  });
});

suite('malformed', () => {
  const bodies: [string, string][] = [
    ['a list by itself', `[${callback('1')}]`],
    ['two lists', request(callback('1')).replace('}]}', '}],"callbacks":[]}')],
    ['two lists, one with an escape', request(callback('1')).replace('}]}', '}],"c\\u0061llbacks":[]}')],
    ['an id twice', request(callback('1', '"callback_id":2'))],
    ['an id twice, in the last of several', request(callback('1'), callback('2', '"callback_id":2'))],
    ['an id twice, without a list', callback('1', '"callback_id":1')],
    ['a hash twice', request(callback('1', '"hash":""'))],
    ['__proto__ twice', request(callback('1', '"__proto__":{},"__proto__":{}'))],
  ];
  for (const [what, body] of bodies) {
    test(`${what}: unreadable`, () => {
      for (const changes of [{}, whole, unverified]) assert.equal(codeOf(read(body, changes)), 'unreadable');
    });
  }

  test('a hash inherited through __proto__ is none', () => {
    const inherited = callback('1', `"__proto__":{"hash":"${hashOf('1')}"}`).replace(`"hash":"${hashOf('1')}",`, '');
    assert.equal(codeOf(read(request(inherited))), 'unauthorized');
  });

  test('the messages of any request stand in it, one behind the other', () => {
    const anyElement = fc.oneof(
      fc.json(),
      fc.tuple(fc.nat(), fc.json()).map(([id, value]) => callback(String(id), `"a":${value}`)),
    );
    fc.assert(
      fc.property(fc.array(anyElement), fc.constantFrom(',', ' ,\n'), (elements, comma) => {
        const body = `{"callbacks":[${elements.join(comma)}]}`;
        const reading = read(body, unverified);
        if ('refusal' in reading) return assert.equal(reading.refusal.code, 'unreadable');
        const joined = reading.messages.map((message) => message.body.toString()).join(comma);
        assert.equal(body, `{"callbacks":[${joined}]}`);
      }),
    );
  });
});

suite('decoded and redacted', () => {
  const source = createSource(endpointWith());
  const redacted = (body: string | Buffer) => source.redact(Buffer.from(body)).toString('latin1');

  test('nothing but the hash goes, from a callback and from a request with several', () => {
    const table: [string, string][] = [
      [callback('1', '"a":{"hash":1}'), `{"callback_id":1,"type":"js_fail","account_id":${accountId},"a":{"hash":1}}`],
      ['{ "hash" : "0", "n" : 9007199254740993 }', '{ "n" : 9007199254740993 }'],
      [
        '{"callbacks":[ {"hash":"0"}, {"a":1.0, "h\\u0061sh":"0"} , 1, [{"hash":1}]]}',
        '{"callbacks":[ {}, {"a":1.0} , 1, [{"hash":1}]]}',
      ],
      ['{"callbacks":[{"hash":"0"}],"hash":"0","callbacks":[{"hash":"0"}]}', '{"callbacks":[{}],"callbacks":[{}]}'],
    ];
    for (const [body, expected] of table) {
      assert.equal(redacted(body), expected);
      assert.equal(source.decode(Buffer.from(body), 'application/json').content, expected);
    }
  });

  test('a byte order mark and bytes that are not UTF-8 move nothing', () => {
    const body = Buffer.from('\u00ef\u00bb\u00bf{"callbacks":[{"a":"\u00fc","hash":"\u00fc","b":"\u00e4"}]}', 'latin1');
    assert.equal(redacted(body), '\u00ef\u00bb\u00bf{"callbacks":[{"a":"\u00fc","b":"\u00e4"}]}');
    assert.equal(source.decode(body, undefined).content, '{"callbacks":[{"a":"\u00fc","b":"\u00e4"}]}');
  });

  test('the devices are those of the facts, of one callback and of several', () => {
    const body = request(...['1', '2'].map((id) => callback(id, `"phone_number":"${id}"`)));
    for (const changes of [{}, whole]) {
      for (const message of messagesOf(read(body, changes))) {
        assert.deepEqual(source.decode(message.body, message.contentType).devices, message.facts.devices);
      }
    }
  });
});
