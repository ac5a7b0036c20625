import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Endpoint } from '@relay/core';
import { createPlaces } from '../src/places.ts';
import { carrier } from './station.ts';

const secret = 'sixteen-letters-';

function endpointAt(path: string, secrets?: readonly string[]): Endpoint {
  return { ...carrier, name: path, path, verify: { ...carrier.verify, ...(secrets && { path: secrets }) } };
}

const places = createPlaces([
  endpointAt('/plain'),
  endpointAt('/a', [secret, `${secret}2`]),
  endpointAt('/a/b', ['another-secret-of-its-own']),
  endpointAt('/a/b/plain'),
]);

suite('places', () => {
  test('an endpoint with a secret in its path owns everything below, but for what another has', () => {
    for (const [path, owner] of [
      ['/plain', '/plain'],
      ['/plain/', undefined],
      [`/plain/${secret}`, undefined],
      ['/a', '/a'],
      ['/a/', '/a'],
      [`/a/${secret}`, '/a'],
      [`/a/${secret}/more//..`, '/a'],
      ['/a/b', '/a/b'],
      ['/a/b/c', '/a/b'],
      ['/a/bc', '/a'],
      ['/a/b/plain', '/a/b/plain'],
      ['/a/b/plain/more', '/a/b'],
      [`/a${'/x'.repeat(10_000)}`, '/a'],
      ['/ab', undefined],
      ['//a/x', undefined],
      ['a/x', undefined],
      ['/__proto__/x', undefined],
      ['', undefined],
    ] as const)
      assert.equal(places.find(path)?.endpoint.name, owner, path);
  });
});
