import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@relay/testkit';
import { findRedisProgram } from '../src/redis-program.ts';

function folderOf(program: string, mode = 0o755): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, program), '#!/bin/sh\n');
  chmodSync(join(folder, program), mode);
  return folder;
}

test('redis-server comes before valkey-server, wherever on the PATH they are', () => {
  const valkey = folderOf('valkey-server');
  const redis = folderOf('redis-server');
  assert.equal(findRedisProgram([valkey, redis].join(delimiter)), join(redis, 'redis-server'));
  assert.equal(findRedisProgram(valkey), join(valkey, 'valkey-server'));
});

test('what cannot be run, or is not there, is no program', () => {
  assert.equal(findRedisProgram(folderOf('redis-server', 0o644)), undefined);
  assert.equal(findRedisProgram(undefined), undefined);
});
