import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeMistakes, readConfiguration } from '@relay/config';
import { warningsAbout } from '../src/warnings.ts';

/** All that would be warned of otherwise is in order. */
const heard = 'subscribers: [{name: s, url: "https://h/", receives: ["*"]}]';
const verified = 'verify: {allow: [1.2.3.4]}';
const now = Date.parse('2027-01-01');

function warnings(text: string, at = now): readonly string[] {
  const readSecret = (name: string) => readFileSync(join(import.meta.dirname, 'certificate', name), 'utf8');
  const reading = readConfiguration(text, { fileName: 'relay.yaml', environment: {}, readSecret });
  if ('mistakes' in reading) throw new Error(describeMistakes(reading.mistakes));
  return warningsAbout(reading.configuration, at);
}

function endpointsFile(ingest: string, ...endpoints: readonly string[]): string {
  return `ingest: {${ingest}}\nendpoints: [${endpoints.map((keys) => `{${keys}}`).join(', ')}]\n${heard}\n`;
}

const publicUrl = 'publicUrl: "https://hooks.example.com"';
/** What the certificates here are for. */
const localUrl = 'publicUrl: "https://localhost"';

test('each wrong port of a ThingSpace endpoint is warned of once, and no other port', () => {
  const listeners = [9000, 9001, 28_221].map(
    (port, index) => `{port: ${index}, publicUrl: "https://h:${port}", endpoints: ["t${index}-*"]}`,
  );
  const all = `{port: 9, publicUrl: "https://h:8443", endpoints: [v]}`;
  const endpoints = ['t0-a', 't0-b', 't1-a', 't2-a'].map(
    (name) => `name: ${name}, source: thingspace-soap, ${verified}`,
  );
  const generic = `name: v, source: generic, ${verified}`;
  const allowed = '80, 443, 9001-9006, 50551-50559 and 28200-28220';
  assert.deepEqual(warnings(endpointsFile(`listeners: [${[...listeners, all].join(', ')}]`, ...endpoints, generic)), [
    `ThingSpace registers no URL on port 9000, only on ${allowed}.`,
    `ThingSpace registers no URL on port 28221, only on ${allowed}.`,
  ]);
});

test('a URL that nobody outside can reach is warned of, and one in clear text', () => {
  const listeners = '{endpoints: [a, b]}, {port: 1, publicUrl: "http://h", endpoints: [c, d]}';
  const endpoints = ['a', 'b', 'c', 'd'].map((name) => `name: ${name}, source: ixc-acs, ${verified}`);
  assert.deepEqual(warnings(endpointsFile(`listeners: [${listeners}]`, ...endpoints)), [
    'ingest.publicUrl is not set: the URL of a, b is good on this machine only.',
    'http://h is not encrypted: passwords and secrets of callbacks travel to h in clear text.',
  ]);
});

const verifying = [
  'source: thingspace, verify: {credentials: [{username: u, password: eight-le}]}',
  'source: ixc-acs, verify: {allow: [10.0.0.0/8]}',
  'source: ixc-acs, verify: {path: sixteen-letters-}',
  'source: generic, verify: {basic: [{username: u, password: eight-le}]}',
  'source: generic, verify: {bearer: eight-letters}',
  'source: generic, verify: {header: {name: a, secret: eight-letters}}',
  'source: generic, verify: {query: {name: a, secret: eight-letters}}',
  'source: generic, verify: {hmac: {header: a, secret: eight-letters, algorithm: sha1, encoding: hex}}',
  'source: voximplant, verify: {salt: s, accountId: "1", apiKey: k}',
];

for (const keys of verifying) {
  test(`nobody is warned of ${keys}`, () => {
    assert.deepEqual(warnings(endpointsFile(publicUrl, `name: e, ${keys}`)), []);
  });
}

test('an endpoint that anybody may post to is warned of, with what its source has against it', () => {
  const file = endpointsFile(
    publicUrl,
    'name: a, source: voximplant',
    'name: b, source: generic, verify: {allow: [0.0.0.0/0]}',
    'name: c, source: voximplant, verify: {allow: [1.2.3.4]}',
  );
  assert.deepEqual(warnings(file), [
    'Anybody may post to a: nothing is verified. For voximplant there is verify.salt with accountId and apiKey.',
    'Anybody may post to b: nothing is verified. For generic there is verify.hmac, basic, bearer, header, query, path and allow.',
    'The hash of callbacks to c is not checked: that needs verify.salt with accountId and apiKey.',
  ]);
});

function securedFile(cert: string): string {
  const listeners = `listeners: [{tls: {cert: ${cert}, key: key.pem}}]`;
  return endpointsFile(`${localUrl}, ${listeners}`, `name: t, source: thingspace, ${verified}`);
}

test('a certificate that ends soon or has ended is warned of', () => {
  const issued = securedFile('issued.pem');
  assert.deepEqual(warnings(issued), []);
  assert.deepEqual(warnings(issued, Date.parse('2126-10-01')), [
    'The certificate on port 8080 ends soon, on 2126-10-29.',
  ]);
  assert.deepEqual(warnings(issued, Date.parse('2126-10-30')), [
    'The certificate on port 8080 ended on 2126-10-29: vendors that look at it post nothing.',
  ]);
  assert.deepEqual(warnings(issued, Date.parse('2026-01-01')), [
    'The certificate on port 8080 is not good before 2026-11-22.',
  ]);
});

test('one that vouches for the certificate and ends sooner is warned of', () => {
  const chain = securedFile('chain.pem');
  assert.deepEqual(warnings(chain), []);
  assert.deepEqual(warnings(chain, Date.parse('2099-12-31')), [
    'A certificate that vouches for the one on port 8080 ends soon, on 2100-01-01.',
  ]);
  assert.deepEqual(warnings(chain, Date.parse('2100-01-02')), [
    'A certificate that vouches for the one on port 8080 ended on 2100-01-01: vendors that look at it post nothing.',
  ]);
});

test('a self-signed certificate is warned of where ThingSpace meets it', () => {
  const tls = 'tls: {cert: self-signed.pem, key: key.pem}';
  const listeners = `listeners: [{${tls}, endpoints: [t]}, {${tls}, port: 1, endpoints: [v]}]`;
  const file = endpointsFile(
    `${localUrl}, ${listeners}`,
    `name: t, source: thingspace, ${verified}`,
    `name: v, source: ixc-acs, ${verified}`,
  );
  assert.deepEqual(warnings(file), ['The certificate on port 8080 is self-signed, which ThingSpace refuses: t.']);
});

test('a certificate that is not for what vendors call is warned of, where they call it with https', () => {
  const warningsAt = (cert: string, ...urls: readonly string[]) => {
    const tls = `tls: {cert: ${cert}, key: key.pem}`;
    const listeners = urls.map((url, port) => `{${tls}, port: ${port + 1}, publicUrl: "${url}"}`).join(', ');
    return warnings(endpointsFile(`listeners: [${listeners}]`, `name: e, source: ixc-acs, ${verified}`));
  };
  const urls = ['https://localhost:1', 'HTTPS://hooks.example.com/in', 'https://[::1]', 'http://h'];
  assert.deepEqual(warningsAt('issued.pem', ...urls), [
    'The certificate on port 2 is not for hooks.example.com: vendors that look at it post nothing.',
    'The certificate on port 3 is not for ::1: vendors that look at it post nothing.',
  ]);
  assert.deepEqual(warningsAt('addresses.pem', 'https://192.0.2.1', 'https://[2001:db8::1]', 'https://192.0.2.2'), [
    'The certificate on port 3 is not for 192.0.2.2: vendors that look at it post nothing.',
  ]);
});

test('a password that could be guessed, and what a vendor would not take, are warned of', () => {
  const [forty, more] = ['x'.repeat(40), 'x'.repeat(41)];
  const pair = (username: string, password: string) => `credentials: [{username: ${username}, password: ${password}}]`;
  const hash = (salt: string) => `verify: {salt: ${salt}, accountId: "1", apiKey: ${more}}`;
  const file = endpointsFile(
    publicUrl,
    `name: a, source: thingspace, verify: {${pair('u', 'seven-l')}}`,
    `name: b, source: generic, verify: {basic: [{username: u, password: eight-le}, {username: u, password: p}]}`,
    `name: c, source: thingspace-soap, verify: {${pair(forty, forty)}}`,
    `name: d, source: thingspace-soap, verify: {${pair(more, forty)}}`,
    `name: e, source: thingspace, verify: {${pair(forty, more)}}`,
    `name: f, source: generic, verify: {basic: [{username: u, password: ${more}}]}`,
    `name: g, source: voximplant, ${hash(forty)}`,
    `name: h, source: voximplant, ${hash(`[s, ${more}]`)}`,
  );
  assert.deepEqual(warnings(file), [
    'A password shorter than 8 characters could be guessed: a, b.',
    'ThingSpace takes usernames and passwords of 40 characters at most: d, e.',
    'Voximplant takes salts of 40 characters at most: h.',
  ]);
});

test('callbacks that leave the machine in clear text are warned of, the more so with a password in them', () => {
  const subscribers = [
    'name: a, url: "http://h/", receives: [t]',
    'name: b, url: "http://h/", receives: [v, s]',
    'name: c, url: "http://h/", receives: [t, s], payload: json',
    'name: d, url: "http://h/", receives: [t], redact: true',
    'name: e, url: "http://127.0.0.1.example/", receives: [v]',
    'name: g, url: "http://h/", receives: [t], payload: cloudevents',
    ...['https://h/', 'http://localhost:1/', 'http://127.1/', 'http://[::1]/'].map(
      (url, index) => `name: f${index}, url: "${url}", receives: ["*"]`,
    ),
  ];
  const file = endpointsFile(
    publicUrl,
    `name: t, source: thingspace, ${verified}`,
    `name: s, source: thingspace-soap, ${verified}`,
    `name: v, source: ixc-acs, ${verified}`,
  ).replace(heard, `subscribers: [${subscribers.map((keys) => `{${keys}}`).join(', ')}]`);
  assert.deepEqual(warnings(file), [
    'Callbacks to a, b, g are not encrypted, and those of ThingSpace have its password in them: use https, or payload: json or redact: true, which leave it out.',
    'Callbacks to c, d, e are not encrypted: use https.',
  ]);
});

function subscribersFile(...subscribers: readonly string[]): string {
  const list = subscribers.map((keys) => `{${keys}, receives: [e]}`).join(', ');
  return endpointsFile(publicUrl, `name: e, source: ixc-acs, ${verified}`).replace(heard, `subscribers: [${list}]`);
}

test('an order that comes to nothing is warned of', () => {
  const subscriber = '{name: s, url: "https://h/", receives: [e], ordered: {by: device}}';
  const ingest = `ingest: {${publicUrl}}\nendpoints: [{name: e, source: generic, ${verified}}]`;
  assert.deepEqual(warnings(`${ingest}\nsubscribers: [${subscriber}]\n`), [
    'ordered: {by: device} gives s no order: messages of e have no device.',
  ]);
});

test('what authorizes the relay is warned of where it travels in clear text', () => {
  const oauth2 = (url: string) => `auth: {oauth2: {tokenUrl: "${url}", clientId: c, clientSecret: s}}`;
  const file = subscribersFile(
    'name: a, url: "http://h/", auth: {bearer: t}',
    'name: b, url: "http://h/", headers: {Authorization: t}',
    `name: c, url: "https://h/", ${oauth2('http://h/')}`,
    'name: d, url: "https://h/", auth: {basic: {username: u, password: p}}',
    'name: e, url: "http://localhost/", auth: {bearer: t}',
    `name: f, url: "https://h/", ${oauth2('http://127.0.0.1/')}`,
  );
  assert.deepEqual(warnings(file), [
    'Callbacks to a, b are not encrypted: use https.',
    'What authorizes the relay travels in clear text: use https for the url of a, b.',
    'The client secret travels in clear text: use https for auth.oauth2.tokenUrl of c.',
  ]);
});

test('certificates of subscribers that end soon are warned of, and one that is not good yet', () => {
  const file = subscribersFile(
    'name: a, url: "https://h/", tls: {cert: chain.pem, key: key.pem}',
    'name: b, url: "https://h/", tls: {ca: chain.pem}',
  );
  assert.deepEqual(warnings(file), []);
  assert.deepEqual(warnings(file, Date.parse('2099-12-31')), [
    'The certificate that a is shown ends soon, on 2100-01-01.',
  ]);
  assert.deepEqual(warnings(file, Date.parse('2126-10-30')), [
    'The certificate that a is shown ended on 2100-01-01: nothing is delivered.',
    'What vouches for b, tls.ca, ended on 2126-10-29: nothing is delivered.',
  ]);
  assert.deepEqual(warnings(file, Date.parse('2026-01-01')), [
    'The certificate that a is shown is not good before 2026-11-22.',
  ]);
});

test('one port for the worker and for ingest is warned of, unless their addresses differ', () => {
  const warningsWith = (ingest: string, worker: string) => {
    const file = endpointsFile(`${publicUrl}, ${ingest}`, `name: e, source: ixc-acs, ${verified}`);
    return warnings(`worker: {operations: {${worker}}}\n${file}`);
  };
  const warned = (port: number) => [
    `worker.operations has port ${port}, which ingest listens on: on one machine only the first of them starts.`,
  ];
  assert.deepEqual(warningsWith('operations: {port: 1}', 'port: 1'), warned(1));
  assert.deepEqual(warningsWith('listeners: [{}]', 'port: 8080'), warned(8080));
  assert.deepEqual(warningsWith('operations: {port: 1}', 'host: "::", port: 1'), warned(1));
  assert.deepEqual(warningsWith('operations: {port: 1}', 'host: 10.0.0.1, port: 1'), []);
  assert.deepEqual(warningsWith('operations: {port: 0}', 'port: 0'), []);
});
