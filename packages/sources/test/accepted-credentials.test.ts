import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAcceptedCredentials } from '../src/accepted-credentials.ts';

test('texts of any length are accepted as they are, and not with a character more, less or other', () => {
  for (const length of [0, 1, 40, 63, 64, 65, 128, 1000]) {
    const [username, password] = ['u'.repeat(length), 'p'.repeat(length)];
    const accepted = createAcceptedCredentials([{ username, password }]);
    assert.ok(accepted(username, password));
    for (const more of ['\0', 'p', 'p'.repeat(10_000)]) {
      assert.ok(!accepted(username, password + more));
      assert.ok(!accepted(username + more, password));
    }
    if (length > 0) {
      assert.ok(!accepted(username, password.slice(1)));
      assert.ok(!accepted(username, `${password.slice(1)}q`));
      assert.ok(!accepted(username.slice(1), password));
    }
  }
});

test('a username or password given before leaves nothing behind', () => {
  const accepted = createAcceptedCredentials([{ username: 'ab', password: '' }]);
  assert.ok(!accepted('abcdef', 'secret'));
  assert.ok(accepted('ab', ''));
});

test('letters that UTF-8 cannot tell apart are told apart', () => {
  const accepted = createAcceptedCredentials([{ username: '\ud800', password: 'Zürich😀' }]);
  assert.ok(accepted('\ud800', 'Zürich😀'));
  assert.ok(!accepted('\ufffd', 'Zürich😀'));
});
