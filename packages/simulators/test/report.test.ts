import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFine } from '../src/report.ts';

const none = { accepted: 0, refused: 0, unfinished: 0 };
const answeredMs = { p50: 1, p99: 1 };

test('a run is fine when nothing genuine was refused and nothing forged accepted', () => {
  const genuine = { ...none, accepted: 3 };
  const forged = { ...none, refused: 2 };
  assert.equal(isFine({ genuine, forged, answeredMs }), true);
  assert.equal(isFine({ genuine: { ...genuine, refused: 1 }, forged, answeredMs }), false);
  assert.equal(isFine({ genuine, forged: { ...forged, accepted: 1 }, answeredMs }), false);
});

test('what a stop left unfinished does not make it bad', () => {
  assert.equal(isFine({ genuine: { ...none, accepted: 1, unfinished: 5 }, forged: none, answeredMs }), true);
});

test('a run in which nothing was answered is not fine, not even if all was forged or it was stopped', () => {
  assert.equal(isFine({ genuine: { ...none, unfinished: 2 }, forged: none, answeredMs: undefined }), false);
  assert.equal(isFine({ genuine: none, forged: { ...none, refused: 2 }, answeredMs: undefined }), false);
});
