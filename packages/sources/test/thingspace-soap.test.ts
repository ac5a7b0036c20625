import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Endpoint, Message, Reading } from '@relay/core';
import { sample, sampleNames } from '@relay/testkit';
import fc from 'fast-check';
import { createSource } from '../src/index.ts';

const credentials = { username: 'acct-0000000001-00001', password: 'not-a-secret' };

function endpointWith(changes: Partial<Endpoint> = {}): Endpoint {
  return {
    name: 'uws-carrier',
    source: 'thingspace-soap',
    path: '/uws/carrier',
    account: '0000000001-00001',
    service: undefined,
    verify: { credentials: [credentials], allow: [] },
    dedupMs: 3_600_000,
    ...changes,
  };
}

function read(
  body: string | Buffer,
  { contentType = 'text/xml; charset=utf-8', ...changes }: Partial<Endpoint> & { contentType?: string } = {},
): Reading {
  return createSource(endpointWith(changes)).read({
    body: Buffer.from(body),
    headers: { 'content-type': contentType },
    ip: '198.51.100.1',
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

function digestOf(body: string | Buffer, changes: Partial<Endpoint> & { contentType?: string } = {}): string {
  return messageOf(read(body, changes)).digest.toString('hex');
}

const username = `<Username>${credentials.username}</Username>`;
const password = `<Password>${credentials.password}</Password>`;

/** A callback with these elements behind its credentials. */
function callback(elements: string, { root = 'CallbackRequest', before = username + password } = {}): string {
  return `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><${root}>${before}${elements}</${root}></s:Body></s:Envelope>`;
}

const changed = sample('thingspace-soap/carrier-changeidentifier.xml');
const sms = sample('thingspace-soap/enhancedconnectivity-mo-sms.xml');
const unverified = { verify: { credentials: [], allow: [] } };

suite('genuine', () => {
  for (const name of sampleNames('thingspace-soap')) {
    test(`${name} is one message with its bytes untouched`, () => {
      const body = sample(name);
      const message = messageOf(read(body));
      assert.deepEqual(message.body, body);
      assert.equal(message.contentType, 'text/xml; charset=utf-8');
      assert.equal(message.receivedAt, 1_700_000_000_000);
      assert.equal(message.facts.account, '0000000001-00001');
    });
  }

  const envelopes: [string, string | Buffer, string?][] = [
    ['SOAP 1.2', inSoap12(changed), 'application/soap+xml; charset=utf-8; action="x"'],
    ['any prefixes', changed.toString().replace(/<(\/?)(?:s:)?(?=[A-Z])/g, '<$1any:')],
    ['a declaration and instructions', `<?xml version="1.0" encoding="utf-8"?>\n<?a b?><!-- c -->${changed}<!-- d -->`],
    ['a SOAP header', changed.toString().replace('<s:Body', '<s:Header><a/></s:Header><s:Body')],
    ['no envelope', withoutEnvelope(changed)],
    ['another content type', changed, 'application/json'],
    ['no charset', changed, 'text/xml'],
  ];
  for (const [what, body, contentType = 'text/xml'] of envelopes) {
    test(`with ${what} a callback is the same message`, () => {
      assert.equal(digestOf(body, { contentType }), digestOf(changed));
      assert.deepEqual(messageOf(read(body, { contentType })).facts, messageOf(read(changed)).facts);
    });
  }

  test('a root that nobody documented is taken', () => {
    const { facts } = messageOf(read(callback('<News>x</News>', { root: 'SomethingNew' })));
    assert.deepEqual(facts, { account: '0000000001-00001', type: 'News', devices: [] });
  });

  test('the answer is an empty envelope', () => {
    assert.deepEqual(createSource(endpointWith()).answer, {
      status: 200,
      contentType: 'text/xml; charset=utf-8',
      body: '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
    });
  });
});

suite('facts', () => {
  const told: [string, { type?: string; service?: string; status?: string }][] = [
    ['carrier-changeidentifier', { type: 'ChangeDeviceIdentifier', service: 'CarrierService', status: 'Success' }],
    ['carrier-fault', { type: 'Fault', status: 'Failed' }],
    ['devicesuspendstatus', { type: 'DeviceSuspendStatus', service: 'DeviceSuspensionStatus' }],
    ['enhancedconnectivity-mo-sms', { type: 'SmsMessage', service: 'EnhancedConnectivityService' }],
    ['externalprovisioningchange', { type: 'Suspend', service: 'ExternalProvisioningChanges' }],
    ['prlinformation', { type: 'PRLInformation', service: 'DevicePRLInformation' }],
    ['promochange', { type: 'PromoChange', service: 'PromoChange' }],
    ['resumetrackingnotification', { type: 'Comment' }],
    ['smsdelivery', { type: 'SMSDelivery', service: 'SMSDeliveryConfirmation' }],
    ['summary', { type: 'Summary' }],
    ['usage', { type: 'Usage', service: 'DeviceUsage' }],
  ];
  for (const [name, expected] of told) {
    test(`${name}: ${JSON.stringify(expected)}`, () => assertTold(sample(`thingspace-soap/${name}.xml`), expected));
  }

  const nil = 'xsi:nil="true"';
  const data: [string, { type?: string; service?: string; status?: string }][] = [
    ['', {}],
    [`<Usage ${nil}/><Status>Success</Status>`, { status: 'Success' }],
    ['<Usage/><NewService><A/></NewService>', { type: 'NewService', service: 'NewService' }],
    ['<Usage/>', { type: 'Usage', service: 'DeviceUsage' }],
    ['<Comment/>', {}],
    ['<CarrierService/>', { type: 'CarrierService', service: 'CarrierService' }],
    [
      `<CarrierService><ChangeDeviceIdentifier ${nil}/><ChangeDeviceCustomFields/></CarrierService>`,
      { type: 'ChangeDeviceCustomFields', service: 'CarrierService' },
    ],
    [
      '<CarrierService><Activate/></CarrierService><Fault><faultcode>x</faultcode></Fault>',
      { type: 'Fault', service: 'CarrierService' },
    ],
    ['<CarrierService><Activate/></CarrierService><Fault/>', { type: 'Activate', service: 'CarrierService' }],
    [
      '<ExternalProvisioningChange><Source/></ExternalProvisioningChange>',
      { type: 'ExternalProvisioningChange', service: 'ExternalProvisioningChanges' },
    ],
    ['<CallbackCount>1</CallbackCount><MaxCallbackThreshold>4</MaxCallbackThreshold>', {}],
  ];
  for (const [children, expected] of data) {
    test(`of ${children || 'empty data'}: ${JSON.stringify(expected)}`, () =>
      assertTold(callback(`<Data>${children}</Data>`), expected));
  }

  test('devices are named once each, wherever they stand, kinds in lower case', () => {
    assert.deepEqual(messageOf(read(changed)).facts.devices, [
      { id: '5550100001', kind: 'mdn' },
      { id: 'A0000000000001', kind: 'meid' },
    ]);
    const twice = device('1', 'MDN') + device('1', 'Mdn') + device('1', 'Imei') + device('', 'Imei') + device('2', '');
    assert.deepEqual(messageOf(read(callback(twice))).facts.devices, [
      { id: '1', kind: 'mdn' },
      { id: '1', kind: 'imei' },
    ]);
  });

  test('a body that names a crowd of devices yields 32', () => {
    const crowd = Array.from({ length: 10_000 }, (_, number) => device(String(number), 'imei')).join('');
    assert.equal(messageOf(read(callback(crowd))).facts.devices.length, 32);
  });

  test('the request id is the correlation id', () => {
    assert.equal(messageOf(read(changed)).facts.correlationId, '11111111-2222-4333-8444-000000000034');
    assert.equal(messageOf(read(callback('<RequestId>\n r-1 </RequestId>'))).facts.correlationId, 'r-1');
    assert.equal(messageOf(read(sms)).facts.correlationId, undefined);
  });

  test('CallbackCount is the number of the vendor’s attempt, beside the data and in it', () => {
    assert.equal(messageOf(read(changed)).vendorAttempt, 1);
    const count = (text: string) => `<CallbackCount>${text}</CallbackCount>`;
    assert.equal(messageOf(read(callback(count('2')))).vendorAttempt, 2);
    assert.equal(messageOf(read(callback(`<Data>${count(' 3 ')}</Data>`))).vendorAttempt, 3);
    for (const text of ['', '0', '-1', '1.5', 'two', '1e3', '9'.repeat(20), '<a>1</a>']) {
      assert.equal(messageOf(read(callback(count(text)))).vendorAttempt, undefined, text);
    }
  });

  test('an SMS, which nothing numbers or names, is waited for only shortly', () => {
    assert.equal(messageOf(read(sms)).resendWithinMs, 60_000);
    assert.equal(messageOf(read(changed)).resendWithinMs, undefined);
  });

  test('what the endpoint says of account and service goes before what the body says', () => {
    const body = sample('thingspace-soap/externalprovisioningchange.xml');
    const { facts } = messageOf(read(body, { account: 'mine', service: 'MyService' }));
    assert.deepEqual([facts.account, facts.service], ['mine', 'MyService']);
  });

  test('the account can be taken from the username, or else from an external provisioning change', () => {
    const fromUsername = messageOf(read(changed, { account: { from: 'username' } }));
    assert.equal(fromUsername.facts.account, credentials.username);
    const external = sample('thingspace-soap/externalprovisioningchange.xml');
    assert.equal(messageOf(read(external, { account: undefined })).facts.account, '0000000001-00001');
    assert.equal(messageOf(read(changed, { account: undefined })).facts.account, undefined);
  });

  test('a text or an element too long to be a name is no fact', () => {
    const long = 'r'.repeat(257);
    const { facts } = messageOf(
      read(callback(`<RequestId>${long}</RequestId><Data><${long}/><Status>${'s'.repeat(256)}</Status></Data>`)),
    );
    assert.deepEqual(
      [facts.correlationId, facts.type, facts.service, facts.status?.length],
      [undefined, undefined, undefined, 256],
    );
  });
});

suite('forged', () => {
  const forgeries: [string, string][] = [
    ['a wrong password', `${username}<Password>wrong</Password>`],
    ['a wrong username', `<Username>wrong</Username>${password}`],
    ['no password', username],
    ['an empty password', `${username}<Password/>`],
    ['no credentials', ''],
    ['credentials that are nil', '<Username xsi:nil="true"/><Password xsi:nil="true"/>'],
    ['white space inside of the password', `${username}<Password>${credentials.password.replace('-', ' ')}</Password>`],
    ['credentials in the data', `<Data>${username}${password}</Data>`],
    ['credentials as attributes', `<A Username="${credentials.username}" Password="${credentials.password}"/>`],
    ['credentials in a comment', `<!--${username}${password}-->`],
    ['credentials in CDATA', `<![CDATA[${username}${password}]]>`],
    ['the password in an element of the password', `${username}<Password><a>${credentials.password}</a></Password>`],
    ['names in other letters', (username + password).toLowerCase()],
  ];
  for (const [what, before] of forgeries) {
    test(`${what}: unauthorized`, () => {
      assert.equal(codeOf(read(callback('<Data/>', { before }))), 'unauthorized');
      assert.equal(codeOf(read(`<CallbackRequest>${before}</CallbackRequest>`)), 'unauthorized');
      messageOf(read(callback('<Data/>', { before }), unverified));
    });
  }

  test('credentials in the SOAP header do not count', () => {
    const body = callback('<Data/>', { before: '' }).replace(
      '<s:Body',
      `<s:Header>${username}${password}</s:Header><s:Body`,
    );
    assert.equal(codeOf(read(body)), 'unauthorized');
  });

  test('a refusal quotes neither body nor secrets', () => {
    const bodies = ['', '<!DOCTYPE private>', '<a>', '</private>', '<private', '&private;'].map((broken) =>
      callback(`<SmsMessage>private words</SmsMessage>${broken}`, {
        before: `${username}<Password>a-wrong-secret</Password>`,
      }),
    );
    for (const body of bodies) {
      assert.ok(codeOf(read(body)));
      assert.doesNotMatch(JSON.stringify(read(body)), /wrong-secret|not-a-secret|acct-|private/);
    }
  });
});

suite('credentials', () => {
  const written: [string, string][] = [
    ['in CDATA', '<Password><![CDATA[not-a-secret]]></Password>'],
    ['with a comment inside', '<Password>not-<!-- x -->a-secret</Password>'],
    ['in references', '<Password>&#110;ot&#x2d;a-secret</Password>'],
    ['with a prefix and attributes', '<v2:Password xmlns:v2="u" a=">">not-a-secret</v2:Password >'],
  ];
  for (const [what, element] of written) {
    const body = callback('<SmsMessage>not-a-word</SmsMessage>', { before: element + username });
    test(`${what} are read`, () =>
      assert.equal(digestOf(body), digestOf(callback('<SmsMessage>not-a-word</SmsMessage>'))));
    test(`${what} are taken out`, () => {
      const rest = createSource(endpointWith()).redact(Buffer.from(body)).toString();
      assert.equal(
        rest,
        body.replace(/(<[^/>]*Password[^>]*?(?:">")?>).*(?=<\/[^/]*Password)/, '$1').replace(credentials.username, ''),
      );
      assert.doesNotMatch(rest, /secret|acct-/);
      messageOf(read(rest, unverified));
    });
  }

  test('letters of a secret that XML escapes are compared as they are meant', () => {
    const verify = { credentials: [{ username: '<&>', password: 'Zürich😀"' }], allow: [] };
    const before = '<Username>&lt;&amp;&gt;</Username><Password>Zürich😀"</Password>';
    messageOf(read(callback('', { before }), { verify }));
    assert.equal(
      codeOf(read(callback('', { before: before.replace('&amp;', '&amp;amp;') }), { verify })),
      'unauthorized',
    );
  });
});

suite('duplicated', () => {
  test('a resend differs in CallbackCount alone and is the same message, wherever the number stands', () => {
    for (const around of [(count: string) => count, (count: string) => `<Data><Status>S</Status>${count}</Data>`]) {
      const numbers = ['<CallbackCount>1</CallbackCount>', '<CallbackCount>2</CallbackCount>'];
      const digests = numbers.map((count) => digestOf(callback(`<RequestId>r</RequestId>${around(count)}`)));
      assert.equal(new Set(digests).size, 1);
    }
  });

  test('a resend with another password is still a resend', () => {
    const next = { username: 'another', password: 'the-next-one' };
    const before = `<Username>${next.username}</Username><Password>${next.password}</Password>`;
    const verify = { credentials: [credentials, next], allow: [] };
    assert.equal(digestOf(callback('<A/>', { before }), { verify }), digestOf(callback('<A/>'), { verify }));
  });

  test('how it is written does not count', () => {
    const body = callback('<p:A b="1" xmlns:p="x" c="2"><D>1</D><D>2</D><E/></p:A><F>x&amp;</F>');
    const alike = [
      callback('\n <A c="2" b="1">\r\n\t<D>1</D> <D>2</D><E></E ></A>\n<F>x&amp;</F>\n'),
      callback('<F>x<![CDATA[&]]></F><A b="1" c="2"><E/><!-- x --><D>1</D><D>&#50;</D></A>'),
      callback('<A xmlns="y" c=\'2\' b="1"><D>1</D><?a b?><E/><D>2</D></A><F>x<!-- y -->&amp;</F>'),
    ];
    for (const again of alike) assert.equal(digestOf(again), digestOf(body));
  });

  const different: [string, string, string][] = [
    ['another letter', '<A>x</A>', '<A>y</A>'],
    ['another digit behind 2^53', '<A>9007199254740993</A>', '<A>9007199254740992</A>'],
    ['white space in a text', '<A>x y</A>', '<A>xy</A>'],
    ['another attribute', '<A b="1"/>', '<A b="2"/>'],
    ['an attribute instead of a child', '<A b="1"/>', '<A><b>1</b></A>'],
    ['nothing instead of nil', '<A/>', '<A xsi:nil="true"/>'],
    ['the order of a list', '<A>1</A><A>2</A>', '<A>2</A><A>1</A>'],
    ['what is in what', '<A>x<B>y<C>z</C></B><D>w</D></A>', '<A>x<B>y</B><C>z</C><D>w</D></A>'],
    ['what is beside what', '<A><B/></A><C/>', '<A><B/><C/></A>'],
    ['text that looks like an element', '<A>&lt;B/&gt;</A>', '<A><B/></A>'],
    [
      'a CallbackCount that is not the callback’s',
      '<A><CallbackCount>1</CallbackCount></A>',
      '<A><CallbackCount>2</CallbackCount></A>',
    ],
    ['a password that is not the callback’s', '<A><Password>1</Password></A>', '<A><Password>2</Password></A>'],
  ];
  for (const [what, one, other] of different) {
    test(`${what} makes it another message`, () => assert.notEqual(digestOf(callback(one)), digestOf(callback(other))));
  }

  test('another root makes it another message', () => {
    assert.notEqual(digestOf(callback('<A/>')), digestOf(callback('<A/>', { root: 'SmsCallbackRequest' })));
  });

  test('the same body for another account or service is another message', () => {
    const digests = [{}, { account: 'other' }, { account: undefined, service: 'other' }, { service: 'other' }];
    assert.equal(new Set(digests.map((changes) => digestOf(changed, changes))).size, 4);
  });
});

suite('malformed', () => {
  const bodies: [string, string | Buffer][] = [
    ['an empty body', ''],
    ['no XML', '{"username":"relay"}'],
    ['an envelope with nothing in it', '<s:Envelope xmlns:s="x"/>'],
    ['an envelope without a body', '<Envelope><CallbackRequest/></Envelope>'],
    ['an empty SOAP body', '<Envelope><Body/></Envelope>'],
    ['two SOAP bodies', changed.toString().replace('</s:Body>', '</s:Body><s:Body/>')],
    ['two callbacks', changed.toString().replace('</s:Body>', '<CallbackRequest/></s:Body>')],
    ['two usernames', callback(username)],
    ['two passwords, one of them with a prefix', callback('<p:Password>x</p:Password>')],
    ['two request ids', callback('<RequestId>1</RequestId><RequestId>2</RequestId>')],
    [
      'an external entity for a password',
      callback('', { before: '' }).replace(/^/, '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'),
    ],
    ['multiple parts', `--x\r\ncontent-type: text/xml\r\n\r\n${changed}\r\n--x--`],
  ];
  for (const [what, body] of bodies) {
    test(`${what} is unreadable`, () => {
      assert.equal(codeOf(read(body)), 'unreadable');
      assert.equal(codeOf(read(body, unverified)), 'unreadable');
    });
  }

  test('a charset that nobody knows is unreadable, but for UTF-8 under a wrong label', () => {
    const contentType = 'text/xml; charset=klingon';
    const latin = Buffer.from(callback('<SmsMessage>\u00fc</SmsMessage>'), 'latin1');
    assert.equal(codeOf(read(latin, { contentType })), 'unreadable');
    assert.deepEqual(messageOf(read(changed, { contentType })).facts, messageOf(read(changed)).facts);
  });

  for (const name of sampleNames('thingspace-soap')) {
    test(`${name} that breaks off anywhere is unreadable`, () => {
      const body = Buffer.from(sample(name).toString().trim());
      for (let end = 0; end < body.length; end += 1)
        assert.equal(codeOf(read(body.subarray(0, end))), 'unreadable', `${end}`);
    });
  }

  test('in UTF-16 a callback is the same message, whatever its content type says', () => {
    for (const text of [`\uFEFF${changed}`, changed.toString().trim()]) {
      const bytes = Buffer.from(text, 'utf16le');
      assert.equal(digestOf(bytes), digestOf(changed));
      assert.equal(digestOf(Buffer.from(bytes).swap16()), digestOf(changed));
    }
  });

  test('two SMS with characters that XML does not have are taken, and are two messages', () => {
    const smsWith = (text: string) => callback(`<SmsMessage>${text}</SmsMessage>`, { root: 'SmsCallbackRequest' });
    const digests = ['\u0001', '\u0002', '&#x1;', '&#x2;'].map((text) => digestOf(smsWith(text)));
    assert.equal(new Set(digests).size, digests.length);
  });
});

suite('decoded', () => {
  const source = createSource(endpointWith());

  test('an SMS is JSON under the name of its root, without credentials', () => {
    const { devices, content } = source.decode(sms, 'text/xml');
    assert.deepEqual(devices, messageOf(read(sms)).facts.devices);
    assert.deepEqual(JSON.parse(content), {
      SmsCallbackRequest: {
        Device: [
          { Kind: 'esn', Identifier: '00000000' },
          { Kind: 'mdn', Identifier: '5550100001' },
        ],
        SmsMessage: 'unit 7 status OK batt=3.71V',
      },
    });
  });

  test('what is nil is null', () => {
    const { Data } = JSON.parse(source.decode(changed, undefined).content).CallbackRequest;
    assert.deepEqual([Data.Fault, Data.Status], [null, 'Success']);
  });

  test('in the charset that its content type says', () => {
    const body = Buffer.from(callback('<SmsMessage>\u00fc</SmsMessage>'), 'latin1');
    assert.match(source.decode(body, 'text/xml; charset=windows-1251').content, /"SmsMessage":"ь"/);
  });

  test('a body that cannot be read gives away nothing', () => {
    for (const body of [changed.subarray(0, -20), Buffer.from(`${changed}x`)]) {
      assert.equal(source.decode(body, 'text/xml').content, '""');
      assert.equal(source.redact(body).length, 0);
    }
  });
});

suite('redacted', () => {
  const { redact } = createSource(endpointWith());

  for (const name of sampleNames('thingspace-soap')) {
    test(`${name} loses its credentials and nothing else, in any charset`, () => {
      const text = sample(name).toString();
      const rest = text.replace(credentials.username, '').replace(credentials.password, '');
      const accented = (of: string) => of.replace('<s:Body', '<!-- \u00fc --><s:Body');
      assert.equal(redact(Buffer.from(text)).toString(), rest);
      assert.equal(redact(Buffer.from(`\uFEFF${accented(text)}`)).toString(), `\uFEFF${accented(rest)}`);
      for (const encoding of ['latin1', 'utf16le'] as const) {
        assert.deepEqual(redact(Buffer.from(accented(text), encoding)), Buffer.from(accented(rest), encoding));
      }
    });
  }

  test('a body without credentials is the same one', () => {
    for (const text of ['', '{}', '<a/>', '<a>', callback('<A/>', { before: '<Username/><Password></Password>' })]) {
      const body = Buffer.from(text);
      assert.equal(redact(body), body);
    }
  });

  test('credentials in a SOAP header go as well, wherever they are there', () => {
    const header = '<Header><Token><Username>user-7</Username><Password>word-7</Password></Token></Header>';
    const body = callback('<A>1</A>').replace('<s:Body>', `${header}<s:Body>`);
    const text = redact(Buffer.from(body)).toString();
    assert.doesNotMatch(text, /user-7|word-7/);
    assert.ok(text.includes(header.replace('user-7', '').replace('word-7', '')));
  });

  test('white space around credentials does not make them wrong', () => {
    const laidOut = '<Username>\n  acct-0000000001-00001\n</Username><Password> not-a-secret </Password>';
    assert.ok('messages' in read(callback('<A/>', { before: laidOut })));
  });

  test('what is no XML stays, whatever words are in it', () => {
    for (const text of ['{"note":"put it into <Username> here"}', 'your login:Password was changed']) {
      const body = Buffer.from(text);
      assert.equal(redact(body), body);
    }
  });

  test('credentials that are the device’s stay', () => {
    const body = Buffer.from(callback('<Data><A><Password>the device’s</Password></A></Data>', { before: '' }));
    assert.equal(redact(body), body);
  });
});

suite('any callback', () => {
  const name = fc.constantFrom('A', 'B', 'Data', 'Device', 'Kind', 'Identifier', 'Status', '__proto__');
  const text = fc.string({ unit: 'grapheme' }).map((letters) => letters.replace(/[<&>\r]/g, '').trim());
  interface Tree {
    readonly name: string;
    readonly text: string;
    readonly children: readonly Tree[];
  }
  const { tree } = fc.letrec<{ leaf: Tree; branch: Tree; tree: Tree }>((tie) => ({
    leaf: fc.record({ name, text, children: fc.constant([]) }),
    branch: fc.record({ name, text, children: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    tree: fc.oneof({ maxDepth: 4 }, tie('leaf'), tie('branch')),
  }));
  const trees = fc.array(tree, { maxLength: 4 });

  function written(all: readonly Tree[], prefix: string, space: string): string {
    const tag = (each: Tree) => `${prefix}${each.name}`;
    const content = (each: Tree) =>
      each.children.length === 0 ? each.text : space + written(each.children, prefix, space);
    return all.map((each) => `<${tag(each)}>${content(each)}</${tag(each)}${space}>${space}`).join('');
  }

  /** Other names first; those of one name stay in their order. */
  function reordered(all: readonly Tree[]): Tree[] {
    const names = [...new Set(all.map((each) => each.name))].reverse();
    return names
      .flatMap((each) => all.filter((other) => other.name === each))
      .map((each) => ({ ...each, children: reordered(each.children) }));
  }

  test('is the same message with any prefixes, white space between elements, order and number', () => {
    fc.assert(
      fc.property(trees, fc.constantFrom('', 'p:', '_.-:'), fc.constantFrom('', '\n\t', ' '), (all, prefix, space) => {
        const again = callback(`${written(reordered(all), prefix, space)}<CallbackCount>2</CallbackCount>`);
        assert.equal(digestOf(again), digestOf(callback(`<CallbackCount>1</CallbackCount>${written(all, '', '')}`)));
      }),
    );
  });

  test('is another message when a text differs', () => {
    fc.assert(
      fc.property(trees, text, text, (all, one, other) => {
        const [first, second] = [one, other].map((value) =>
          digestOf(callback(`${written(all, '', '')}<T>${value}</T>`)),
        );
        assert.equal(first === second, one === other);
      }),
    );
  });

  test('is decoded as JSON and redacted without a trace of its credentials', () => {
    const source = createSource(endpointWith());
    fc.assert(
      fc.property(trees, fc.constantFrom('', 'p:'), fc.constantFrom('', '\n'), (all, prefix, space) => {
        const body = Buffer.from(callback(written(all, prefix, space)));
        const redacted = source.redact(body);
        assert.doesNotMatch(redacted.toString() + source.decode(body, undefined).content, /not-a-secret|acct-/);
        JSON.parse(source.decode(body, undefined).content);
        assert.deepEqual(messageOf(read(redacted, unverified)).digest, messageOf(read(body)).digest);
      }),
    );
  });

  test('or anything else does not make it throw', () => {
    const source = createSource(endpointWith(unverified));
    const pieces = fc.constantFrom(
      '<Envelope>',
      '<Body>',
      '<Username>',
      '</Username>',
      '</Body>',
      '</Envelope>',
      '<',
      '>',
      '&',
      '<Data/>',
    );
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.array(fc.oneof(pieces, fc.string())).map((all) => Buffer.from(all.join(''))),
    );
    fc.assert(
      fc.property(bodies, fc.string(), (body, contentType) => {
        read(body, { ...unverified, contentType });
        JSON.parse(source.decode(body, contentType).content);
        source.redact(body);
      }),
    );
  });
});

function assertTold(body: string | Buffer, expected: { type?: string; service?: string; status?: string }): void {
  const { type, service, status } = messageOf(read(body)).facts;
  assert.deepEqual({ type, service, status }, { type: undefined, service: undefined, status: undefined, ...expected });
}

function device(id: string, kind: string): string {
  return `<Device><Kind>${kind}</Kind><Identifier>${id}</Identifier></Device>`;
}

function inSoap12(body: Buffer): string {
  return body
    .toString()
    .replace('http://schemas.xmlsoap.org/soap/envelope/', 'http://www.w3.org/2003/05/soap-envelope');
}

function withoutEnvelope(body: Buffer): string {
  return body
    .toString()
    .replace(/^[\s\S]*(?=<CallbackRequest)/, '')
    .replace(/(?<=<\/CallbackRequest>)[\s\S]*$/, '')
    .replace('<CallbackRequest', '<CallbackRequest xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"');
}
