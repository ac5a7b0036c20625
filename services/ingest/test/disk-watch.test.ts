import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { openSpool, SpoolError } from '@relay/spool';
import { eventually, temporaryFolder } from '@relay/testkit';
import { pino } from 'pino';
import { createDiskWatch } from '../src/disk-watch.ts';
import { createSpoolWatch } from '../src/spool-watch.ts';
import { callback, carrier, post, putFileInPlaceOf, startStation } from './station.ts';

/** A spool that nobody puts anything into, and those who watch it. */
async function givenWatches(t: TestContext, { maxBytes = 1_048_576 } = {}) {
  const directory = join(temporaryFolder(), 'spool');
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const spool = await openSpool({ directory, maxBytes });
  const spoolWatch = createSpoolWatch({ depth: spool.depth, log });
  const diskWatch = createDiskWatch({ spool, maxBytes, spoolWatch, log, probeEveryMs: 10 });
  t.after(async () => {
    await diskWatch.close();
    await spool.close();
  });
  return { directory, spoolWatch, diskWatch, said: () => lines.map(({ msg }) => msg), lines };
}

/** Resolves when the disk has been looked at anew. */
async function lookedAgain({ spoolWatch, directory }: Awaited<ReturnType<typeof givenWatches>>): Promise<void> {
  await putFileInPlaceOf(directory);
  await eventually('it is noticed', () => !spoolWatch.diskTakes());
  rmSync(directory);
  await eventually('it is over', () => spoolWatch.diskTakes());
}

suite("the spool's disk", () => {
  test('fails while Redis takes everything: /ready and the metrics tell, and callbacks are kept', async (t) => {
    const directory = join(temporaryFolder(), 'spool');
    const station = await startStation(t, { ingest: { spool: { directory, maxBytes: 1_048_576 } } });
    assert.match(await station.metrics(), /^relay_spool_writable 1$/m);
    await eventually('it was looked at', async () => !/^relay_spool_disk_free_bytes 0$/m.test(await station.metrics()));
    await putFileInPlaceOf(directory);
    await eventually('it is noticed', async () => (await station.ready()).spool !== 'takes messages');
    const { ready, keeps, spool } = await station.ready();
    assert.deepEqual([ready, keeps], [true, 'in Redis']);
    assert.match(String(spool), /^The spool's directory .* is a file/);
    assert.match(await station.metrics(), /^relay_spool_writable 0$/m);
    assert.equal(station.linesOf('spool.trouble').length, 1);
    assert.equal((await post(station.url + carrier.path, callback())).status, 200);
  });

  test('comes and goes: each time both is said once, however often it is looked at', async (t) => {
    const given = await givenWatches(t);
    await lookedAgain(given);
    await lookedAgain(given);
    assert.deepEqual(given.said(), ['spool.trouble', 'spool.mended', 'spool.trouble', 'spool.mended']);
    assert.equal(given.spoolWatch.trouble(), undefined);
  });

  test('has less left than the spool may take: said once, and the spool takes messages all the same', async (t) => {
    const given = await givenWatches(t, { maxBytes: 2 ** 50 });
    await eventually('it is said', () => given.diskWatch.shortage());
    await lookedAgain(given);
    assert.deepEqual(given.said(), ['spool.warning', 'spool.trouble', 'spool.mended']);
    assert.match(String(given.lines[0]?.freeBytes), /^[1-9]\d+$/);
    assert.equal(given.spoolWatch.trouble(), undefined);
    assert.equal((await givenWatches(t)).diskWatch.shortage(), undefined);
  });

  test('takes writes: that does not make room in a spool that is full', () => {
    const lines: unknown[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
    let bytes = 900;
    const spoolWatch = createSpoolWatch({ depth: () => ({ bytes }), log });
    spoolWatch.refused(new SpoolError('FULL', 'The spool is full'));
    spoolWatch.diskTook();
    assert.deepEqual([spoolWatch.trouble(), spoolWatch.diskTakes()], ['The spool is full', true]);
    spoolWatch.refused(new SpoolError('FULL', 'The spool is full'));
    bytes = 100;
    assert.equal(spoolWatch.trouble(), undefined);
    spoolWatch.diskTook();
    spoolWatch.refused(new SpoolError('FULL', 'The spool is full'));
    spoolWatch.took();
    assert.deepEqual(lines, ['spool.trouble', 'spool.mended', 'spool.trouble', 'spool.mended']);
  });
});
