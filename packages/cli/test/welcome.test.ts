import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { describeMistakes, readConfiguration } from '@relay/config';
import { sourceNames } from '@relay/core';
import { welcome } from '../src/welcome.ts';

const root = join(import.meta.dirname, '../../..');

function welcomeTo(text: string): string {
  const options = { fileName: 'relay.yaml', environment: {}, readSecret: () => '' };
  const reading = readConfiguration(`${text}\nsubscribers: []`, options);
  if ('mistakes' in reading) throw new Error(describeMistakes(reading.mistakes));
  return stripVTControlCharacters(welcome(reading.configuration, undefined));
}

// It used to be the first listener's port for every endpoint, and a URL that answers 401.
test('each endpoint is posted to where it is served, with a mark for each secret in the URL', () => {
  const text = welcomeTo(`
ingest: {listeners: [{port: 9001, endpoints: [carrier]}, {port: 9002, host: 127.0.0.2, endpoints: [acs, push]}]}
endpoints:
  - {name: carrier, source: thingspace, verify: {allow: [1.2.3.4]}}
  - {name: acs, source: ixc-acs, verify: {path: hunter2-hunter2-hunter2}}
  - {name: push, source: generic, verify: {query: {name: a key, secret: hunter2-hunter2-hunter2}}}`);
  assert.match(text, /^ +post +http:\/\/127\.0\.0\.1:9001\/carrier +carrier$/m);
  assert.match(text, /^ +post +http:\/\/127\.0\.0\.2:9002\/acs\/<secret> +acs$/m);
  assert.match(text, /^ +post +http:\/\/127\.0\.0\.2:9002\/push\?a%20key=<secret> +push$/m);
  assert.doesNotMatch(text, /hunter2/);
});

for (const source of sourceNames.filter((name) => name !== 'generic')) {
  test(`who has ${source} is offered a sample of it, which is there, and its simulator`, () => {
    const text = welcomeTo(`endpoints: [{name: mine, source: ${source}}]`);
    const [, sample = ''] = /npx relay send (\S+) --endpoint mine$/m.exec(text) ?? [];
    const folder = source === 'thingspace' ? 'thingspace-rest' : source;
    assert.ok(sample.includes(`/${folder}/`), text);
    assert.ok(existsSync(join(root, sample)), sample);
    assert.match(text, new RegExp(`npx relay simulate ${source} --endpoint mine$`, 'm'));
  });
}

test('who has a generic endpoint first is asked for a file, and offered no simulator', () => {
  const text = welcomeTo('endpoints: [{name: mine, source: generic}]');
  assert.match(text, /npx relay send <your file> --endpoint mine$/m);
  assert.doesNotMatch(text, /simulate/);
});

test('it warns where anybody may post, and of nothing else', () => {
  const demo = '{credentials: [{username: relay, password: not-a-secret}]}';
  const text = welcomeTo(`endpoints:
  - {name: open, source: thingspace}
  - {name: shown, source: thingspace, verify: ${demo}}
  - {name: closed, source: thingspace, verify: {allow: [1.2.3.4]}}`);
  assert.deepEqual(
    [...text.matchAll(/Warning (Anybody may post to \w+|.*)/g)].map(([, warning]) => warning),
    ['Anybody may post to open', 'Anybody may post to shown'],
  );
});
