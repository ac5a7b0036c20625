import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSource } from '../../src/index.ts';
import type { Vendor } from './vendor.ts';

const bytes = 256 * 1024;
/** How many small bodies are together as large as one large body. */
const pieces = 32;
/** What is linear comes to about 1, what is quadratic to `pieces`; there is room for sorting, for the collection of garbage and for a busy machine. */
const mostTimes = 8;
/** Less cannot be told from nothing. */
const leastUs = 50;
const fewestRounds = 2;
const mostRounds = 12;

/** Whatever a body is made of, one that is 32 times as large costs about 32 times as much: nobody can make ingest stand still. */
export function growsEvenly(vendor: Vendor): void {
  const source = createSource(vendor.endpoint(['first']));
  const requests = {
    ...Object.fromEntries(
      Object.entries(vendor.format.growing).map(([what, content]) => [
        what,
        (size: number) => vendor.request(vendor.body(content(size)), 'first'),
      ]),
    ),
    ...vendor.growing,
  };
  for (const [what, request] of Object.entries(requests)) {
    const [small, large] = [request(bytes / pieces), request(bytes)];
    const { 'content-type': contentType } = large.headers;
    const work = {
      read: [() => source.read(small), () => source.read(large)],
      decoded: [
        () => source.decode(small.body, contentType?.toString()),
        () => source.decode(large.body, contentType?.toString()),
      ],
      redacted: [() => source.redact(small.body), () => source.redact(large.body)],
    } as const;
    test(`${what}: one large body costs about as much as ${pieces} small ones`, () => {
      for (const [how, [ofSmall, ofLarge]] of Object.entries(work)) {
        const times = timesAsMuch(ofSmall, ofLarge);
        assert.ok(times < mostTimes, `${how}, it costs ${times.toFixed(1)} times as much`);
      }
    });
  }
}

/** The least of several rounds on both sides, in CPU time: others on the machine count for little. */
function timesAsMuch(ofSmall: () => unknown, ofLarge: () => unknown): number {
  let [small, large] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 1; round <= mostRounds; round += 1) {
    small = Math.min(small, cpuUsOf(ofSmall, pieces));
    large = Math.min(large, cpuUsOf(ofLarge, 1));
    if (round >= fewestRounds && large < mostTimes * small) break;
  }
  return large / small;
}

function cpuUsOf(work: () => unknown, times: number): number {
  const before = process.cpuUsage();
  for (let time = 0; time < times; time += 1) work();
  const { user, system } = process.cpuUsage(before);
  return Math.max(leastUs, user + system);
}
