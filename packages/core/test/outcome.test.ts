import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeWord } from '../src/index.ts';

test('an outcome is told by its status, or by its kind where there was no answer', () => {
  assert.equal(outcomeWord({ kind: 'refused', status: 503, durationMs: 1 }), '503');
  assert.equal(outcomeWord({ kind: 'delivered', status: 204, durationMs: 1 }), '204');
  assert.equal(outcomeWord({ kind: 'unreachable', code: 'ECONNREFUSED', durationMs: 1 }), 'unreachable');
});
