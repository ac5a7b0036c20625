import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readConfiguration } from '../src/index.ts';
import { endpointFile, mistakesOf, pem, readPem, right, subscriberFile } from './reading.ts';

test('every mistake of a file is named at once, in the order of its lines', () => {
  const text = `retention: 3 days
ingestt: {}
ingest:
  listeners: [{port: 8080}, {port: "9"}]
  operations: {port: 8080}
endpoints:
  - name: e
    source: voximplnt
  - name: e
    source: thingspace
subscribers:
  - name: billing
    url: billing.internal
    receives: [f]
    timeot: 5s
    rate: 50
`;
  assert.deepEqual(mistakesOf(text), [
    'relay.yaml:1:1 retention: must be a duration such as 500ms, 15s, 10m, 24h or 7d',
    'relay.yaml:2:1 ingestt: unknown key "ingestt"; did you mean ingest?',
    'relay.yaml:4:30 ingest.listeners[1].port: must be a port number from 0 to 65535, without quotes',
    'relay.yaml:5:16 ingest.operations.port: ingest.listeners[0] listens on port 8080 already',
    'relay.yaml:8:5 endpoints[0].source: must be one of thingspace, thingspace-soap, voximplant, ixc-acs, generic; did you mean voximplant?',
    'relay.yaml:9:5 endpoints[1].name: endpoints[0] has "e" already',
    'relay.yaml:13:5 subscribers[0].url: must be a URL that begins with http:// or https://',
    'relay.yaml:14:16 subscribers[0].receives[0]: there is no endpoint "f"',
    'relay.yaml:15:5 subscribers[0].timeot: unknown key "timeot"; did you mean timeout?',
    'relay.yaml:16:5 subscribers[0].rate: must be a rate such as 50/s, 600/m or 1000/h, with six digits at most',
  ]);
});

const files: Record<string, { readonly text: string; readonly mistakes: readonly string[] }> = {
  'an empty file': { text: '', mistakes: ['relay.yaml: is empty: it needs at least endpoints and subscribers'] },
  'a file of comments': {
    text: '# later\n',
    mistakes: ['relay.yaml: is empty: it needs at least endpoints and subscribers'],
  },
  'a list': { text: '- a', mistakes: ['relay.yaml:1:1 must be a block of keys, not a list'] },
  'a text': { text: 'hello', mistakes: ['relay.yaml:1:1 must be a block of keys, not text'] },
  'missing lists': {
    text: 'retention: 3d',
    mistakes: ['relay.yaml:1:1 endpoints: is missing', 'relay.yaml:1:1 subscribers: is missing'],
  },
  'empty keys': {
    text: 'endpoints:\nsubscribers: ~',
    mistakes: [
      'relay.yaml:1:1 endpoints: has no value: write one, or leave it out',
      'relay.yaml:2:1 subscribers: has no value: write one, or leave it out',
    ],
  },
  'empty items': {
    text: 'endpoints:\n  -\nsubscribers: [{}]',
    mistakes: [
      'relay.yaml:2:4 endpoints[0]: has no value: write one, or leave it out',
      'relay.yaml:3:15 subscribers[0].name: is missing',
      'relay.yaml:3:15 subscribers[0].url: is missing',
      'relay.yaml:3:15 subscribers[0].receives: is missing',
    ],
  },
  'a key twice, and what else is wrong': {
    text: 'endpoints: []\nretention: 1x\nendpoints: []\nsubscribers: []',
    mistakes: [
      'relay.yaml:2:1 retention: must be a duration such as 500ms, 15s, 10m, 24h or 7d',
      'relay.yaml:3:1 endpoints: this key is already there',
    ],
  },
  tabs: { text: 'ingest:\n\tmaxBody: 1MiB', mistakes: ['relay.yaml:2:1 a tab cannot indent a line; use spaces'] },
  'a bracket that is not closed': {
    text: 'endpoints: [\nsubscribers: []\n',
    mistakes: ['relay.yaml:2:1 the indentation does not fit the lines above it, or a quote or bracket is not closed'],
  },
  'two documents': {
    text: 'a: 1\n---\nb: 1',
    mistakes: ['relay.yaml:2:1 the file must hold one document; remove the line ---'],
  },
  'a variable inside brackets': {
    text: 'worker: {operations: {port: $' + '{PORT}}}',
    mistakes: [
      'relay.yaml:1:30 this does not belong here; is a quote, a bracket or an indentation wrong? (inside { } and [ ], a value with a variable needs quotes)',
    ],
  },
  'an unknown tag': {
    text: 'redis: !secret x',
    mistakes: ['relay.yaml:1:8 tags are not known here; put quotes around a text that begins with !'],
  },
  'an alias without its anchor': {
    text: 'redis: *x\nendpoints: []\nsubscribers: []',
    mistakes: ['relay.yaml:1:1 redis: there is no such anchor above; put quotes around a text that begins with *'],
  },
  'an alias bomb': {
    text: `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefgh'.replaceAll(/./g, (name) => `${name}: &${name} [${`*${String.fromCharCode(name.charCodeAt(0) - 1)}, `.repeat(9)}]\n`)}`,
    mistakes: ['relay.yaml:1:1 its aliases (*name) unfold too often; write the values out'],
  },
  'a key that objects treat as no other': {
    text: 'endpoints: []\nsubscribers: []\n__proto__: {}',
    mistakes: [
      'relay.yaml:3:1 __proto__: this cannot be a key',
      'relay.yaml:3:1 __proto__: unknown key "__proto__"; the keys here are redis, retention, network, ingest, worker, endpoints, subscribers',
    ],
  },
  'a deep nest': { text: '['.repeat(100_000), mistakes: ['relay.yaml:1:0 the file is nested too deeply'] },
};

for (const [name, { text, mistakes }] of Object.entries(files)) {
  test(`${name}: said in one sentence each`, () => {
    // How deep is too deep depends on the stack.
    assert.deepEqual(
      mistakesOf(text).map((line) => line.replace(/:1:\d+ the file is nested/, ':1:0 the file is nested')),
      mistakes,
    );
  });
}

const everyAddress = 'must not be a range of every address: then anybody could say where a callback comes from';

const ingest = {
  'publicUrl: ftp://host': 'publicUrl: must be a URL that begins with http:// or https://, without a query',
  'publicUrl: https://host/?a=b': 'publicUrl: must be a URL that begins with http:// or https://, without a query',
  'listeners: []': 'listeners: must not be an empty list: callbacks need a port',
  'listeners: [{port: 1}, {port: 1}]': 'listeners[1].port: ingest.listeners[0] listens on port 1 already',
  'listeners: [{port: 9464}]': 'operations.port: ingest.listeners[0] listens on port 9464 already',
  'listeners: [{port: 65536}]': 'listeners[0].port: must be a port number from 0 to 65535, without quotes',
  'listeners: [{port: 1.5}]': 'listeners[0].port: must be a port number from 0 to 65535, without quotes',
  'listeners: [{host: "h:80/"}]': 'listeners[0].host: must be an address or a host name, without a port',
  'listeners: [{publicUrl: host}]':
    'listeners[0].publicUrl: must be a URL that begins with http:// or https://, without a query',
  'listeners: [{endpoints: []}]':
    'listeners[0].endpoints: must not be an empty list: leave it out to serve all endpoints',
  'listeners: [{endpoints: [e]}]': 'listeners[0].endpoints[0]: there is no endpoint "e"',
  'listeners: [{}, {port: 1, endpoints: ["e*"]}]': 'listeners[1].endpoints[0]: "e*" matches no endpoint',
  'listeners: [{tls: {cert: certificate}}]':
    'listeners[0].tls.key: is missing: write the path of a PEM file with its private key',
  'listeners: [{tls: {key: key}}]':
    'listeners[0].tls.cert: is missing: write the path of a PEM file with the certificate',
  'listeners: [{tls: {cert: "", key: key}}]': 'listeners[0].tls.cert: must not be empty',
  'listeners: [{tls: {cert: certificate, key: file:nowhere}}]':
    'listeners[0].tls.key: cannot read the file nowhere: there is no such file',
  'listeners: [{tls: {cert: key, key: key}}]': 'listeners[0].tls.cert: is not the file of a certificate in PEM',
  'listeners: [{tls: {cert: certificate, key: certificate}}]':
    'listeners[0].tls.key: is not the file of a private key in PEM without a passphrase',
  'listeners: [{tls: {cert: certificate, key: other-key}}]':
    'listeners[0].tls.key: does not belong to the certificate in cert, or to the first one where there are several',
  'listeners: [{tls: {cert: damaged, key: key}}]':
    'listeners[0].tls.cert: cannot be used: its chain is damaged, or its key is too short',
  'trustProxy: [10.0.0.0/33]':
    'trustProxy[0]: must be an address or a range such as 3.87.163.45, 10.0.0.0/8 or 2001:db8::/32',
  'trustProxy: [0.0.0.0/0]': `trustProxy[0]: ${everyAddress}`,
  'trustProxy: ["::/00"]': `trustProxy[0]: ${everyAddress}`,
  'trustProxy: 10.0.0.0/8': 'trustProxy: must be a list, not text',
  'maxBody: 1MB': 'maxBody: must be a size such as 512B, 64KiB or 1MiB',
  'maxBody: 1GiB': 'maxBody: must be from 1KiB to 64MiB, and is 1GiB',
  'spool: {max: 1KiB}': 'spool.max: must be from 1MiB to 1024GiB, and is 1KiB',
  'spool: {max: 1TiB}': 'spool.max: must be a size such as 512B, 64KiB or 1MiB',
  'spool: {directory: ""}': 'spool.directory: must not be empty',
  'spool: .relay/spool': 'spool: must be a block of keys, not text',
};

for (const [keys, mistake] of Object.entries(ingest)) {
  test(`ingest refuses ${keys}`, () => {
    const lines = mistakesOf(`ingest:\n  ${keys}\nendpoints: []\nsubscribers: []`, { readSecret: readPem }).map(
      (line) => line.replace(/^relay.yaml:\d+:\d+ ingest\./, ''),
    );
    assert.deepEqual(lines, [mistake]);
  });
}

const rediss = {
  'http://host': 'redis: must be a URL that begins with redis:// or rediss://',
  '5': 'redis: must be a URL that begins with redis:// or rediss://, or a block with url, sentinels or cluster',
};

for (const [redis, mistake] of Object.entries(rediss)) {
  test(`redis refuses ${redis}`, () => {
    assert.deepEqual(mistakesOf(`redis: ${redis}\nendpoints: []\nsubscribers: []`), [`relay.yaml:1:1 ${mistake}`]);
  });
}

test('what follows from a mistake is not a second one', () => {
  const variable = '$' + '{ACCOUNT}';
  const text = `endpoints:
  - {name: "t-{account}", source: thingspace, account: ["${variable}"]}
subscribers:
  - {name: s, url: "http://host/", receives: [t-a, "t-*"]}
`;
  assert.deepEqual(mistakesOf(text), [
    `relay.yaml:2:57 endpoints[0].account[0]: the environment variable ACCOUNT is not set; set it, or write $${variable.slice(1, -1)}:-default}`,
  ]);
});

test('port 0 is free for everyone', () => {
  const text = 'ingest: {listeners: [{port: 0}, {port: 0}], operations: {port: 0}}\nendpoints: []\nsubscribers: []';
  assert.deepEqual(mistakesOf(text), []);
});

test('a mistake never quotes a secret, nor what a secret became', () => {
  const secret = 'hunter2';
  const texts = [
    `redis: http://:${secret}@host`,
    `redis: *${secret}`,
    `redis: !${secret} x`,
    `redis: "\\${secret}`,
    `redis: @${secret}`,
    `redis: %${secret}`,
    `redis: |${secret}`,
    `redis: "a" ${secret}`,
    `redis: {${secret}`,
    `redis: a: ${secret}`,
    endpointFile(`name: n\nverify: {credentials: [{username: u, password: [${secret}]}]}`),
    endpointFile(`name: n\nverify: {credentials: [${secret}]}`),
    endpointFile(`name: n\nverify: {credentials: ${secret}}`),
    endpointFile(`name: n\nverify: {bearer: ${secret}}`),
    endpointFile(`name: n\nverify: {bearer: [${secret}, "${secret}\\n"]}`),
    endpointFile(`name: n\nverify: {header: {name: "${secret}:", secret: ${secret}}}`),
    endpointFile(`name: n\nverify: {query: ${secret}}`),
    endpointFile(`name: n\nverify: {path: ${secret}}`),
    endpointFile(`name: n\nverify: {salt: ${secret}, apiKey: [${secret}]}`),
    endpointFile(`name: n\nverify: {hmac: {header: a, algorithm: sha1, encoding: hex, secret: ${secret}, key: hex}}`),
    subscriberFile(`${right}sign: {secret: ${secret}}`),
    subscriberFile(`${right}sign: {secret: whsec_${secret}!}`),
    subscriberFile(`${right}sign: ${secret}`),
    subscriberFile(`${right}headers: {authorization: "Bearer ${secret}\\n"}`),
    subscriberFile(`url: http://u:${secret}@host/\nreceives: [e]`),
  ];
  for (const text of texts) {
    const lines = mistakesOf(text);
    assert.ok(lines.length > 0, text);
    assert.ok(!lines.join().includes(secret), lines.join('\n'));
  }
  const fromFile = subscriberFile(`${right}sign: {secret: file:key}\nheaders: {authorization: file:key}`);
  assert.doesNotMatch(mistakesOf(fromFile, { readSecret: () => `${secret}\n\n` }).join(), /hunter2/);
});

test('what stands in place of the path of a file is neither quoted nor looked for', () => {
  const sentence = 'must be the path of a file, of 256 characters at most, not its contents';
  const readSecret = () => assert.fail('looked for');
  const contents = [pem('key'), pem('key').replaceAll('\n', ' '), 'x'.repeat(257), 'two\rlines'];
  for (const environment of contents.map((CONTENTS) => ({ CONTENTS }))) {
    const written = ['', 'file:'].map((mark) => JSON.stringify(`${mark}$\{CONTENTS}`));
    const files = [
      ...written.map((key) => `listeners: [{tls: {cert: ${key}, key: ${key}}}]`),
      ...written.slice(1).map((secret) => `maxBody: 1MiB\nredis: ${secret}`),
    ];
    for (const ingestKeys of files) {
      const text = `endpoints: []\nsubscribers: []\ningest:\n  ${ingestKeys}`;
      const lines = mistakesOf(text, { environment, readSecret });
      assert.ok(lines.length > 0);
      for (const line of lines) assert.ok(line.endsWith(`: ${sentence}`), line);
    }
  }
});

test('a wrong RELAY_OPERATIONS_HOST is a mistake where it is in force, and one that takes the port of a listener', () => {
  const text = 'endpoints: []\nsubscribers: []\nworker: {operations: {host: 127.0.0.1}}';
  assert.deepEqual(mistakesOf(text, { environment: { RELAY_OPERATIONS_HOST: 'a b' } }), [
    'relay.yaml:1:1 ingest.operations.host: must be an address or a host name, without a port',
  ]);
  const listening = `ingest: {listeners: [{host: 10.0.0.1, port: 9464}]}\n${text}`;
  assert.deepEqual(mistakesOf(listening), []);
  assert.deepEqual(mistakesOf(listening, { environment: { RELAY_OPERATIONS_HOST: '0.0.0.0' } }), [
    'relay.yaml:1:1 ingest.operations.port: ingest.listeners[0] listens on port 9464 already',
  ]);
});

test('no text makes it throw', () => {
  const words = [
    'endpoints',
    'subscribers',
    'ingest',
    'name',
    'receives',
    'headers',
    'account',
    ': ',
    '- ',
    '\n',
    '\n  ',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '|',
    '*a',
    '&a ',
    '!',
    '$' + '{',
    '}',
    '%',
    '#',
    '\t',
    '\0',
    '~',
    'file:/dev/null',
    '0x',
    '1e999',
    '.nan',
    '__proto__',
    'x',
    '?',
    '<<',
    '---',
    '\r',
    '\uFEFF',
  ];
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(...words)).map((parts) => parts.join('')),
  );
  const options = { fileName: 'relay.yaml', environment: {}, readSecret: () => '' };
  fc.assert(
    fc.property(texts, (text) => void readConfiguration(text, options)),
    { numRuns: 300 },
  );
});

test('no value in the place of another makes it throw or pass', () => {
  const values = fc.json({ maxDepth: 2 });
  const places = [
    (json: string) => `${json}`,
    (json: string) => `{"endpoints": [], "subscribers": [], "redis": [${json}]}`,
    (json: string) => `{"endpoints": [], "subscribers": [], "ingest": {"listeners": [[${json}]]}}`,
    (json: string) =>
      `{"endpoints": [], "subscribers": [], "ingest": {"listeners": [{"tls": {"cert": ${json}}, "endpoints": ${json}}]}}`,
    (json: string) =>
      `{"endpoints": [{"source": "generic", "verify": {"hmac": ${json}, "path": [${json}]}, "naming": {"type": [${json}]}, "answer": [${json}]}], "subscribers": []}`,
    (json: string) => `{"endpoints": [{"name": ${json}, "account": ${json}, "path": ${json}}], "subscribers": []}`,
    (json: string) =>
      `{"endpoints": [], "subscribers": [{"receives": [${json}, {"endpoint": ${json}}], "headers": ${json}}]}`,
    (json: string) =>
      `{"endpoints": [], "subscribers": [{"receives": [{"endpoint": "e", "where": [${json}]}], "auth": ${json}, "sign": ${json}, "tls": ${json}}]}`,
    (json: string) =>
      `{"endpoints": [], "network": [${json}], "subscribers": [{"retry": ${json}, "breaker": ${json}, "timeout": ${json}, "ordered": ${json}, "rate": ${json}, "proxy": ${json}}]}`,
  ];
  fc.assert(
    fc.property(values, fc.constantFrom(...places), (json, place) =>
      assert.notEqual(mistakesOf(place(json)).length, 0),
    ),
  );
});
