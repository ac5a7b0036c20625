import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeMistakes, readConfiguration } from '@relay/config';
import { refusedWarnings } from '../src/refused-warnings.ts';

async function warnings(keys: string, top = ''): Promise<readonly string[]> {
  const text = `endpoints: [{name: e, source: generic}]\nsubscribers: [{name: s, receives: [e], ${keys}}]\n${top}\n`;
  const reading = readConfiguration(text, { fileName: 'relay.yaml', environment: {}, readSecret: () => '' });
  if ('mistakes' in reading) throw new Error(describeMistakes(reading.mistakes));
  return refusedWarnings(reading.configuration.subscribers);
}

const inside = 'network: {allowPrivate: false}';
const told = (key: string, address: string) => [
  `${key} of s is never called: network refuses ${address}, unless its allow has it and its deny has not.`,
];
const proxied = 'url: "https://h/", proxy: "http://u:password@10.0.0.4:3128"';
const asking = 'auth: {oauth2: {tokenUrl: "http://[fe80::1]/t", clientId: c, clientSecret: s}}';

for (const [keys, top, expected] of [
  ['url: "http://169.254.169.254/x"', '', told('url', '169.254.169.254')],
  ['url: "http://[::ffff:169.254.169.254]/x"', '', told('url', '::ffff:a9fe:a9fe')],
  // As every system reads it.
  ['url: "http://2852039166/x"', '', told('url', '169.254.169.254')],
  ['url: "http://10.0.0.5/"', inside, told('url', '10.0.0.5')],
  [`url: "http://10.0.0.5/", ${inside}`, '', told('url', '10.0.0.5')],
  ['url: "http://1.2.3.4/", network: {deny: [1.2.3.0/24]}', '', told('url', '1.2.3.4')],
  [proxied, inside, told('proxy', '10.0.0.4')],
  [`url: "https://h/", ${asking}`, '', told('auth.oauth2.tokenUrl', 'fe80::1')],
  ['url: "http://10.0.0.5/"', '', []],
  [`url: "http://10.0.0.5/", network: {allowPrivate: false, allow: [10.0.0.0/8]}`, inside, []],
  [proxied, '', []],
  ['url: "http://metadata.internal/"', inside, []],
] as const) {
  test(`{${keys}} ${top}: ${expected.length === 0 ? 'nothing is' : 'an address that is never called is'} warned of`, async () => {
    assert.deepEqual(await warnings(keys, top), expected);
  });
}
