import assert from 'node:assert/strict';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { segmentHeaderBytes } from '../src/segment.ts';
import { drainAll, givenSpool, namesIn, segmentsIn } from './given.ts';
import { recordOf } from './records.ts';
import { skip, smallDisk } from './small-disk.ts';

const body = Buffer.alloc(50_000);

test('a full disk refuses records, loses none, and takes them again once there is room', { skip }, async () => {
  const disk = smallDisk();
  const directory = join(disk, 'spool');
  const spool = await givenSpool({ directory });
  const ballast = join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(400_000));

  const kept: string[] = [];
  const refusals = new Set<string>();
  const append = async (name: string) => {
    try {
      await spool.append(recordOf(name, { body }));
      kept.push(name);
    } catch (error) {
      refusals.add((error as Error).message);
    }
  };
  for (let i = 0; i < 20; i++) await append(`alone-${i}`);
  await Promise.all(Array.from({ length: 20 }, (_, i) => append(`together-${i}`)));
  assert.deepEqual([...refusals], [`The disk under the spool's directory ${directory} is full: make room`]);
  assert.ok(kept.length > 5 && kept.length < 20, `${kept.length} fit`);
  assert.equal(spool.depth().messages, kept.length);
  assert.deepEqual(await namesIn(directory), kept);
  const segments = segmentsIn(directory);
  const onDisk = segments.reduce((sum, path) => sum + statSync(path).size, 0);
  assert.equal(onDisk, spool.depth().bytes + segments.length * segmentHeaderBytes, 'nothing half written is left');

  rmSync(ballast);
  await append('after');
  assert.equal(kept.at(-1), 'after');
  assert.deepEqual(await namesIn(directory), kept);
  assert.deepEqual(await drainAll(spool), kept);
  assert.deepEqual(spool.troubles, []);
});

test('a spool on a full disk can be opened and drained', { skip }, async () => {
  const disk = smallDisk();
  const directory = join(disk, 'spool');
  const first = await givenSpool({ directory });
  await first.append(recordOf('a', { body }));
  await first.close();
  assert.throws(() => writeFileSync(join(disk, 'ballast'), Buffer.alloc(2_000_000)), { code: 'ENOSPC' });
  const second = await givenSpool({ directory });
  await assert.rejects(second.append(recordOf('b', { body })), { code: 'DISK' });
  assert.deepEqual(await drainAll(second), ['a']);
});
