import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { originFormOf, pathOf } from '../src/target.ts';

suite('target', () => {
  test('of a whole URL only path and query count', () => {
    for (const [target, expected] of [
      ['/a?b=c', '/a?b=c'],
      ['http://x.example/a?b=c', '/a?b=c'],
      ['HTTPS://x.example:99999999/a', '/a'],
      ['http://[/a', '/a'],
      ['http://x.example', '/'],
      ['http://x.example?b', '/?b'],
      ['//x.example/a', '//x.example/a'],
      ['*', '*'],
      ['', '/'],
    ] as const)
      assert.equal(originFormOf(target), expected, target);
  });

  test('a path is what stands before the query, letter by letter', () => {
    for (const [target, expected] of [
      ['/a/%2Fb?c=/d?e', '/a/%2Fb'],
      ['/a#b', '/a'],
      ['//a/../b', '//a/../b'],
      ['*', '*'],
      ['?a', ''],
    ] as const)
      assert.equal(pathOf(target), expected, target);
  });
});
