import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifiesNothing } from '../src/index.ts';
import { configurationOf } from './reading.ts';

function verifiesNothingWith(keys: string): boolean | undefined {
  const text = `endpoints: [{name: e, ${keys}}]\nsubscribers: []`;
  return configurationOf(text).endpoints.map(verifiesNothing)[0];
}

for (const keys of [
  'source: generic',
  'source: generic, verify: {allow: [0.0.0.0/0]}',
  'source: generic, verify: {allow: [10.0.0.1, "::/0"]}',
]) {
  test(`nothing is verified by ${keys}`, () => assert.equal(verifiesNothingWith(keys), true));
}

for (const keys of [
  'source: generic, verify: {allow: [10.0.0.0/8]}',
  'source: generic, verify: {allow: [0.0.0.0/0], bearer: eight-letters}',
  'source: generic, verify: {path: sixteen-letters-}',
  'source: generic, verify: {hmac: {header: a, secret: eight-letters, algorithm: sha1, encoding: hex}}',
  'source: thingspace, verify: {credentials: [{username: u, password: p}]}',
  'source: voximplant, verify: {salt: s, accountId: "1", apiKey: k}',
]) {
  test(`something is verified by ${keys}`, () => assert.equal(verifiesNothingWith(keys), false));
}
