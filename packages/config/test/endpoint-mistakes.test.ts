import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointFile, mistakesOf } from './reading.ts';

const addressWanted = 'must be an address or a range such as 3.87.163.45, 10.0.0.0/8 or 2001:db8::/32';
const nameWanted = 'must be 1 to 100 letters, digits, dots, dashes or underscores, and begin with a letter or a digit';
const pathWanted =
  'must begin with / and be written as a URL has it, without query, dots for folders or special characters';

const tooShort = 'must be at least 8 characters: a shorter one could be guessed';
const pathSecretWanted =
  'must be at least 16 letters, digits, dots, dashes, underscores or tildes; make one with: openssl rand -hex 32';
const pointerWanted = 'must be a JSON pointer such as /data/object/id; ~0 stands for ~ and ~1 for /';
const statusWanted = 'must be a number from 200 to 299, since everything else refuses a callback';
const bodyWanted = 'must have {body} in it, or {url} and bodyHashQuery beside it: otherwise any body would pass';
const neighboursWanted =
  'must have text between {body} and a header: otherwise a byte could wander from one to the other';
const placeholdersWanted = 'stands for nothing; only {body}, {timestamp}, {url} and {header:<name>} are filled in';

const endpoints = {
  'name: "{x}"': 'name: {x} stands for nothing; only {account} and {service} are filled in',
  'name: "{account}"': 'name: {account} stands for nothing, since there is no account in writing beside it',
  'name: "{account}"\naccount: {from: username}':
    'name: {account} stands for nothing, since there is no account in writing beside it',
  'name: n\naccount: [a, b]': 'name: needs {account} in it, since account is a list: every endpoint has its own name',
  'name: "{account}"\naccount: [a, b]\npath: /p':
    'path: needs {account} in it, since account is a list: every endpoint has its own path',
  'name: "{account}"\naccount: [a, a]': 'name: stands for "a" twice; a list must not repeat a value',
  'name: "{account}"\naccount: a:b': `name: becomes "a:b", which ${nameWanted}`,
  'name: a b': `name: ${nameWanted}`,
  'name: ""': 'name: must not be empty',
  'name: 5': 'name: must be text, not a number: put quotes around it',
  'name: n\naccount: 0000123': 'account: must be text in quotes, a list of such texts, or {from: username}',
  'name: n\naccount: {from: url}': 'account.from: must be username',
  'name: n\nservice: []': 'service: must not be an empty list',
  'name: n\npath: p': `path: ${pathWanted}`,
  'name: n\npath: /a/../b': `path: ${pathWanted}`,
  'name: n\npath: /a?b=c': `path: ${pathWanted}`,
  'name: n\npath: /ä': `path: ${pathWanted}`,
  'name: n\nverify: {}':
    'verify: says nothing, so nothing would be verified: give at least one of its keys, or leave it out',
  'name: n\nverify:': 'verify: has no value: write one, or leave it out',
  'name: n\nverify: {credentials: []}': 'verify.credentials: must not be an empty list: it would let everyone in',
  'name: n\nverify: {credentials: [{username: u}]}': 'verify.credentials[0].password: is missing',
  'name: n\nverify: {credentials: [{username: u, password: ""}]}': 'verify.credentials[0].password: must not be empty',
  'name: n\nverify: {credentials: [{username: u, password: 5}]}':
    'verify.credentials[0].password: must be text, not a number: put quotes around it',
  'name: n\nverify: {credentials: [{username: u, password: file:/x}]}':
    'verify.credentials[0].password: cannot read the file /x: there is no such file',
  'name: n\nverify: {allow: []}': 'verify.allow: must not be an empty list: leave it out to allow every address',
  'name: n\nverify: {allow: [host]}': `verify.allow[0]: ${addressWanted}`,
  'name: n\nverify: {salt: x, allow: [::1]}':
    'verify.salt: belongs to the source voximplant, and this one is thingspace',
  'name: n\nverify: {basic: []}': 'verify.basic: must not be an empty list: it would let everyone in',
  'name: n\nverify: {basic: [{username: u}]}': 'verify.basic[0].password: is missing',
  'name: n\nverify: {beerer: 12345678}': 'verify.beerer: unknown key "beerer"; did you mean bearer?',
  'name: n\nverify: {bearer: ""}': 'verify.bearer: must not be empty',
  'name: n\nverify: {bearer: []}': 'verify.bearer: must not be an empty list',
  'name: n\nverify: {bearer: 12345678}': 'verify.bearer: must be text, or a list of texts',
  'name: n\nverify: {bearer: [short]}': `verify.bearer[0]: ${tooShort}`,
  'name: n\nverify: {bearer: "12345678 "}':
    'verify.bearer: must be text that a header can carry: no line breaks, no space at its ends, nothing beyond Latin-1',
  'name: n\nverify: {header: {secret: "12345678"}}': 'verify.header.name: is missing',
  'name: n\nverify: {header: {name: "a b", secret: "12345678"}}':
    'verify.header.name: must be a header’s name: letters, digits and dashes',
  'name: n\nverify: {header: {name: a, secret: short}}': `verify.header.secret: ${tooShort}`,
  'name: n\nverify: {query: {name: a}}': 'verify.query.secret: is missing',
  'name: n\nverify: {query: {name: a, secret: short}}': `verify.query.secret: ${tooShort}`,
  'name: n\nverify: {path: fifteen-letters}': `verify.path: ${pathSecretWanted}`,
  'name: n\nverify: {path: [sixteen/letters/]}': `verify.path[0]: ${pathSecretWanted}`,
  'name: n\npath: /n/\nverify: {path: sixteen-letters-}': 'path: must not end with / where verify.path follows it',
  'name: n\nverify: {basic: [{username: u, password: p}], bearer: long-enough}':
    'verify.bearer: cannot be asked for beside basic: both stand in Authorization',
  'name: n\ndedup: 0s': 'dedup: must be from 1s to 30d, and is 0ms',
  'name: n\nanswer: empty': 'answer: belongs to the source thingspace-soap or generic, and this one is thingspace',
  'name: n\nbatch: whole': 'batch: belongs to the source voximplant, and this one is thingspace',
  'name: n\nnaming: {}': 'naming: belongs to the source generic, and this one is thingspace',
};

for (const [keys, mistake] of Object.entries(endpoints)) {
  test(`an endpoint refuses ${keys.replaceAll('\n', ', ')}`, () => {
    const lines = mistakesOf(endpointFile(keys)).map((line) =>
      line.replace(/^relay.yaml:\d+:\d+ endpoints\[0\]\./, ''),
    );
    assert.deepEqual(lines, [mistake]);
  });
}

const generic = {
  'verify: {credentials: []}':
    'verify.credentials: belongs to the source thingspace or thingspace-soap, and this one is generic',
  'verify: {credentials: [{username: u, password: p}]}':
    'verify.credentials: belongs to the source thingspace or thingspace-soap, and this one is generic',
  'account: {from: username}':
    'account.from: belongs to the source thingspace or thingspace-soap, and this one is generic',
  'naming: {dedupKey: x-id}':
    'naming.dedupKey: must be {header: …}, {query: …}, {pointer: …}, or a list of such places, whose values are joined',
  'naming: {dedupKey: []}': 'naming.dedupKey: must not be an empty list',
  'naming: {dedupKey: {}}': 'naming.dedupKey: must say one of header, query and pointer',
  'naming: {type: [{header: a}, {header: a, pointer: /a}]}':
    'naming.type[1]: must say one of header, query and pointer',
  'naming: {type: {query: a, pointer: /a}}': 'naming.type: must say one of header, query and pointer',
  'naming: {type: {query: ""}}': 'naming.type.query: must not be empty',
  'naming: {type: {header: "a b"}}': 'naming.type.header: must be a header’s name: letters, digits and dashes',
  'naming: {type: {pointer: a}}': `naming.type.pointer: ${pointerWanted}`,
  'naming: {type: {pointer: /a~2}}': `naming.type.pointer: ${pointerWanted}`,
  'naming: {typ: {header: a}}': 'naming.typ: unknown key "typ"; did you mean type?',
  'batch: both': 'batch: belongs to the source voximplant, and this one is generic',
  'verify: {allow: [::1], salt: "${X}"}': 'verify.salt: belongs to the source voximplant, and this one is generic',
  'answer: full': 'answer: must be envelope, empty or {status, contentType, body}',
  'answer: envelope':
    'answer: envelope belongs to the source thingspace-soap; write empty or {status, contentType, body}',
  'answer: {status: 302}': `answer.status: ${statusWanted}`,
  'answer: {status: "200"}': `answer.status: ${statusWanted}`,
  'answer: {status: 204, body: x}': 'answer.body: must be left out, since an answer with this status has no body',
  'answer: {contentType: "a\\nb"}': 'answer.contentType: must be a content type such as text/xml',
};

for (const [keys, mistake] of Object.entries(generic)) {
  test(`a generic endpoint refuses ${keys}`, () => {
    assert.deepEqual(mistakesOfEndpoint('generic', keys), [mistake]);
  });
}

test('a SOAP endpoint has no answer of its own', () => {
  assert.deepEqual(mistakesOfEndpoint('thingspace-soap', 'answer: {status: 302, bodi: x}'), [
    'answer: must be envelope or empty; an answer of its own belongs to the source generic',
  ]);
});

test('salt, accountId and apiKey go together', () => {
  const keys = ['salt: s', 'accountId: "1"', 'apiKey: k'];
  for (const given of [[0], [1], [2], [0, 1], [0, 2], [1, 2]]) {
    const missing = keys.flatMap((key, index) => (given.includes(index) ? [] : [key.replace(/:.*/, '')]));
    assert.deepEqual(
      mistakesOfEndpoint('voximplant', `verify: {${given.map((index) => keys[index]).join(', ')}, allow: [::1]}`),
      missing.map((key) => `verify.${key}: is missing: the hash is made of salt, accountId and apiKey together`),
    );
  }
});

/** Keys of a signature that are right, but for what the test is about. */
const signature = 'header: x-signature, secret: eight-bytes, algorithm: sha256, encoding: hex';

const hmacs = {
  'secret: eight-bytes, algorithm: sha256, encoding: hex': 'header: is missing',
  'header: a, algorithm: sha256, encoding: hex': 'secret: is missing',
  'header: a, secret: eight-bytes, encoding: hex': 'algorithm: is missing: write one of sha1, sha256, sha512',
  'header: a, secret: eight-bytes, algorithm: sha256': 'encoding: is missing: write one of hex, base64',
  'header: "a:", secret: eight-bytes, algorithm: sha256, encoding: hex':
    'header: must be a header’s name: letters, digits and dashes',
  'header: a, secret: "", algorithm: sha256, encoding: hex': 'secret: must not be empty',
  'header: a, secret: [], algorithm: sha256, encoding: hex': 'secret: must not be an empty list',
  'header: a, secret: seven-b, algorithm: sha256, encoding: hex': 'secret: must be at least 8 bytes',
  'header: a, secret: eight-bytes, algorithm: md5, encoding: hex': 'algorithm: must be one of sha1, sha256, sha512',
  'header: a, secret: eight-bytes, algorithm: sha256, encoding: base32':
    'encoding: must be one of hex, base64; did you mean base64?',
  [`${signature}, key: base64`]: 'secret: must be base64, since key is base64',
  [`${signature}, key: hex`]: 'secret: must be hex digits, two for a byte, since key is hex',
  [`${signature}, key: utf8`]: 'key: must be one of text, base64, hex',
  'header: a, secret: [eight-bytes, whsec_AAAA], key: base64, algorithm: sha1, encoding: hex':
    'secret: must be base64, since key is base64',
  'header: a, secret: whsec_AAAA, key: base64, algorithm: sha1, encoding: hex': 'secret: must be at least 8 bytes',
  [`${signature}, signed: ""`]: 'signed: must not be empty',
  [`${signature}, signed: "v1"`]: `signed: ${bodyWanted}`,
  [`${signature}, signed: "{header:a}"`]: `signed: ${bodyWanted}`,
  [`${signature}, signed: "{bdy}"`]: 'signed: {bdy} stands for nothing; did you mean {body}?',
  [`${signature}, signed: "{head:x}{body}"`]: `signed: {head:x} ${placeholdersWanted}`,
  [`${signature}, signed: "{header}{body}"`]: 'signed: {header} stands for nothing; did you mean {header:<name>}?',
  [`${signature}, signed: "{header:}{body}"`]: 'signed: {header:} must have a header’s name after the colon',
  [`${signature}, signed: "{}{body}"`]: `signed: {} ${placeholdersWanted}`,
  [`${signature}, signed: "{body}{header:a}"`]: `signed: ${neighboursWanted}`,
  [`${signature}, signed: "{header:a}.{header:b}{body}"`]: `signed: ${neighboursWanted}`,
  [`${signature}, signed: "{body"`]: 'signed: has a brace without its other one',
  [`${signature}, signed: "{timestamp}.{body}"`]:
    'signed: {timestamp} stands for nothing, since there is no timestamp beside it',
  [`${signature}, timestamp: {header: t}`]:
    'timestamp: is not signed, so anybody could write it: put {timestamp} into signed',
  [`${signature}, signed: "{timestamp}{body}", timestamp: {}`]: 'timestamp.header: is missing',
  [`${signature}, signed: "{timestamp}{body}", timestamp: {header: t, tolerance: 2h}`]:
    'timestamp.tolerance: must be from 1s to 1h, and is 2h',
  [`${signature}, bodyHashQuery: bodySHA256`]:
    'bodyHashQuery: is only good with {url} in signed: otherwise anybody could write it',
  [`${signature}, signed: "{url}{body}"`]:
    'signed: {url} stands for nothing, since nobody says what vendors are told as the URL of "n": write ingest.publicUrl',
};

for (const [keys, mistake] of Object.entries(hmacs)) {
  test(`a signature refuses ${keys.replace(signature, '…')}`, () => {
    assert.deepEqual(mistakesOfEndpoint('generic', `verify: {hmac: {${keys}}}`), [`verify.hmac.${mistake}`]);
  });
}

function mistakesOfEndpoint(source: string, keys: string): readonly string[] {
  const text = endpointFile(`name: n\n${keys}`).replace('thingspace', source);
  return mistakesOf(text).map((line) => line.replace(/^relay.yaml:\d+:\d+ endpoints\[0\]\./, ''));
}

test('an endpoint that no listener serves is a mistake, of a template each', () => {
  const text = `ingest: {listeners: [{endpoints: [a, "t-X"]}, {port: 1, endpoints: [a]}]}
endpoints:
  - {name: a, source: generic}
  - {name: b, source: generic}
  - {name: "t-{service}", source: generic, service: [X, Y]}
subscribers: []`;
  assert.deepEqual(mistakesOf(text), [
    'relay.yaml:4:6 endpoints[1].name: no listener serves "b": write it into endpoints of one of ingest.listeners',
    'relay.yaml:5:6 endpoints[2].name: no listener serves "t-Y": write it into endpoints of one of ingest.listeners',
  ]);
});

test('a name that a listener misspells is not a second mistake at the endpoint', () => {
  const text =
    'ingest: {listeners: [{endpoints: [carier]}]}\nendpoints: [{name: carrier, source: generic}]\nsubscribers: []';
  assert.deepEqual(mistakesOf(text), [
    'relay.yaml:1:35 ingest.listeners[0].endpoints[0]: there is no endpoint "carier"; did you mean carrier?',
  ]);
});

test('a signed URL needs a public URL at the listener that serves it', () => {
  const file = (listeners: string) => `ingest: {listeners: [${listeners}]}
endpoints:
  - {name: n, source: generic, verify: {hmac: {${signature}, signed: "{url}", bodyHashQuery: h}}}
  - {name: m, source: generic}
subscribers: []`;
  assert.deepEqual(mistakesOf(file('{endpoints: [n, m], publicUrl: "https://h"}')), []);
  assert.deepEqual(mistakesOf(file('{endpoints: [m], publicUrl: "https://h"}, {port: 1, endpoints: [n]}')).length, 1);
});

test('a signed URL is a mistake where listeners have different ones, since only one would verify', () => {
  const told = (ingest: string) =>
    mistakesOf(`ingest: {${ingest}}
endpoints: [{name: n, source: generic, verify: {hmac: {${signature}, signed: "{url}{body}"}}}]
subscribers: []`);
  const [one, two] = ['publicUrl: "https://h:9001/"', 'port: 1, publicUrl: "https://h:9002"'];
  const different = (first: string, second: string) => [
    `relay.yaml:2:132 endpoints[0].verify.hmac.signed: {url} is ${first} and ${second}, and only one of them would verify: serve "n" under one public URL`,
  ];
  assert.deepEqual(
    told(`listeners: [{${one}}, {${two}}]`),
    different('https://h:9001 at ingest.listeners[0]', 'https://h:9002 at ingest.listeners[1]'),
  );
  assert.deepEqual(
    told(`publicUrl: "https://h", listeners: [{port: 2}, {${one}}]`),
    different('https://h at ingest.listeners[0]', 'https://h:9001 at ingest.listeners[1]'),
  );
  assert.deepEqual(told(`publicUrl: "https://h:9001", listeners: [{port: 2}, {${one}}]`), []);
  assert.deepEqual(told(`listeners: [{port: 2}, {${one}}]`), []);
  assert.equal(told(`listeners: [{${one}}, {port: 1, publicUrl: ftp}]`).length, 1);
});

test('a source that is misspelt or missing is told what there is', () => {
  const sources = 'thingspace, thingspace-soap, voximplant, ixc-acs, generic';
  const mistakeOf = (keys: string) => mistakesOf(`endpoints: [{name: n${keys}}]\nsubscribers: []`);
  assert.deepEqual(mistakeOf(', source: thingspce'), [
    `relay.yaml:1:23 endpoints[0].source: must be one of ${sources}; did you mean thingspace?`,
  ]);
  assert.deepEqual(mistakeOf(', source: twilio'), [`relay.yaml:1:23 endpoints[0].source: must be one of ${sources}`]);
  assert.deepEqual(mistakeOf(''), [`relay.yaml:1:13 endpoints[0].source: is missing: write one of ${sources}`]);
});
