import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Endpoint } from '@relay/core';
import { createShownPath } from '../src/shown-path.ts';
import { carrier } from './station.ts';

const secret = 'sixteen-letters-';

function endpointWith(verify: Partial<Endpoint['verify']>): Endpoint {
  return { ...carrier, verify: { ...carrier.verify, ...verify } };
}

const shown = createShownPath([
  endpointWith({ path: [secret, `${secret}2`, 'with%20a+plus'] }),
  endpointWith({ query: { name: 'token', secrets: ['another.secret(of+its-own'] } }),
]);

function assertShown(table: Readonly<Record<string, string>>): void {
  for (const [path, expected] of Object.entries(table)) assert.equal(shown(path), expected, path);
}

suite('shown path', () => {
  test('no secret of a path or a query stands in it, wherever it was written', () => {
    assertShown({
      [`/A/${secret}/x/${secret}`]: '/A/…/x/…',
      [`/A/${secret}2`]: '/A/…',
      '/A/another.secret(of+its-own': '/A/…',
      '/A/with%20a+plus/x': '/A/…/x',
      '/nothing/secret': '/nothing/secret',
    });
  });

  test('nor does one in another case, or in escapes', () => {
    assertShown({
      [`/A/${secret.toUpperCase()}/x`]: '/A/…/x',
      '/A/%73ixteen%2Dletters%2d/x': '/A/…/x',
      '/A/another.secret%28OF%2bits-own/x': '/A/…/x',
    });
  });

  test('what looks like a query, or like anything else but a path, is left out with all that follows', () => {
    assertShown({
      '/q%3Ftoken=an-unknown-one/x': '/q',
      '/q%3ftoken=an-unknown-one': '/q',
      '/q;token=an-unknown-one': '/q',
      '/q&token=an-unknown-one': '/q',
      '/q/token=an-unknown-one': '/q/token',
      '/q%253Ftoken=an-unknown-one': '/q',
      '/q%zz': '/q',
      '/q%ff%fetoken': '/q',
      '/%E2%80%A6/x': '/…/x',
      '*': '',
    });
  });

  test('it is no longer than people read, and no half of a secret stands at its end', () => {
    assert.equal(shown(`/${'x'.repeat(20_000)}`).length, 100);
    assert.doesNotMatch(shown(`/${'x'.repeat(90)}/${secret}`), /sixteen/);
  });

  test('where nothing is secret, nothing is masked', () => {
    assert.equal(createShownPath([carrier])('/a/b.c~d_e-f'), '/a/b.c~d_e-f');
  });
});
