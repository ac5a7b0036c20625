import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { createLines } from '../src/lines.ts';

suite('lines', () => {
  test('whoever is the first in all of its lines has its turn', () => {
    const lines = createLines<string>();
    assert.equal(lines.join('a', ['x']), true);
    assert.equal(lines.join('b', ['y']), true);
    assert.equal(lines.join('both', ['x', 'y']), false);
    assert.equal(lines.join('behind', ['y']), false);
    assert.deepEqual(lines.before('both'), ['a', 'b']);
    assert.deepEqual(lines.leave('a'), []);
    assert.deepEqual(lines.leave('b'), ['both']);
    assert.deepEqual(lines.leave('both'), ['behind']);
    assert.deepEqual(lines.leave('behind'), []);
  });

  test('whoever stands in no line waits for nobody', () => {
    const lines = createLines<string>();
    lines.join('a', ['x']);
    assert.equal(lines.join('alone', []), true);
    assert.deepEqual(lines.leave('alone'), []);
  });

  test('a line that is named twice is one line', () => {
    const lines = createLines<string>();
    assert.equal(lines.join('a', ['x', 'x']), true);
    assert.equal(lines.join('b', ['x']), false);
    assert.deepEqual(lines.leave('a'), ['b']);
  });

  test('nobody’s turn comes before that of whoever joined one of its lines before, and everybody’s comes', () => {
    const names = fc.array(fc.constantFrom('v', 'w', 'x', 'y', 'z'), { maxLength: 3 });
    const choice = fc.array(fc.nat(), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(names, { minLength: 1, maxLength: 40 }), choice, (joining, choices) => {
        const lines = createLines<number>();
        const turns = joining.flatMap((own, id) => (lines.join(id, own) ? [id] : []));
        const left = new Set<number>();
        for (let step = 0; turns.length > 0; step++) {
          const [next = 0] = turns.splice((choices[step % choices.length] ?? 0) % turns.length, 1);
          const earlier = joining
            .slice(0, next)
            .flatMap((own, id) => (own.some((n) => joining[next]?.includes(n)) ? [id] : []));
          assert.ok(earlier.every((id) => left.has(id)));
          left.add(next);
          turns.push(...lines.leave(next));
        }
        assert.equal(left.size, joining.length);
      }),
    );
  });
});
