import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { CursorStanding, EndpointStanding, From, LogPlan } from '@relay/core';
import { type Fingerprint, readFingerprints } from '@relay/routing';
import { changesOf } from '../src/plan-changes.ts';
import { cursorChanges, loses } from '../src/plan-cursors.ts';

const now: From = { kind: 'now' };

function prints(named: Record<string, Fingerprint>) {
  return readFingerprints(new Map(Object.entries(named).map(([name, print]) => [name, JSON.stringify(print)])));
}

function planOf(
  cursors: Record<string, { readonly from?: From; readonly resume?: boolean }>,
  endpoint = 'carrier',
): LogPlan {
  const named = Object.entries(cursors).map(([subscriber, rest]) => ({ subscriber, from: now, ...rest }));
  return { endpoint, dedupMs: 0, cursors: named };
}

function standing(cursors: Record<string, Partial<CursorStanding>>, messages = 100): EndpointStanding {
  const usual = { waiting: 0, pending: 0, open: 0, deadLetters: 0, alive: true, orphaned: false };
  const all = Object.entries(cursors).map(([subscriber, rest]) => ({ subscriber, ...usual, ...rest }));
  return { endpoint: 'carrier', messages, cursors: all };
}

suite('what a file would change', () => {
  test('what is added, removed and changed, by kind and key', () => {
    const before = prints({
      'subscriber billing': {
        method: { value: 'POST' },
        timeout: { value: 15_000 },
        rate: { value: { count: 1, perMs: 1_000 } },
      },
      'subscriber crm': {},
      'endpoint carrier': { path: { value: '/a' } },
    });
    const after = prints({
      'subscriber billing': { method: { value: 'PUT' }, timeout: { value: 15_000 }, resume: { value: true } },
      'subscriber audit': {},
      'endpoint carrier': { path: { value: '/a' } },
    });
    assert.deepEqual(changesOf('subscriber', before, after), {
      added: ['audit'],
      removed: ['crm'],
      changed: [
        {
          name: 'billing',
          keys: [
            { key: 'method', from: 'POST', to: 'PUT' },
            { key: 'rate', from: '1/s' },
            { key: 'resume', to: true },
          ],
        },
      ],
    });
    assert.deepEqual(changesOf('endpoint', before, after), { added: [], removed: [], changed: [] });
  });

  test('of what may be secret only that it changes', () => {
    const before = prints({
      'subscriber billing': { url: { value: 'https://a.example', hash: '1' }, sign: { hash: '1' } },
    });
    const after = prints({
      'subscriber billing': { url: { value: 'https://a.example', hash: '2' }, sign: { hash: '2' } },
    });
    assert.deepEqual(changesOf('subscriber', before, after).changed, [
      { name: 'billing', keys: [{ key: 'url' }, { key: 'sign' }] },
    ]);
  });
});

suite('what a file would do to cursors', () => {
  const nothing = { created: [], orphaned: [], returned: [], stranded: [] };
  const waiting = { waiting: 7, pending: 1, open: 2 };

  for (const [what, plans, standings, expected, isLoss] of [
    ['nothing changes', [planOf({ billing: {} })], [standing({ billing: waiting })], {}, false],
    [
      'a new endpoint, a new subscriber',
      [planOf({ billing: {}, audit: { from: { kind: 'beginning' } } }), planOf({ audit: {} }, 'usage')],
      [standing({ billing: {} })],
      {
        created: [
          { endpoint: 'carrier', subscriber: 'audit', from: { kind: 'beginning' } },
          { endpoint: 'usage', subscriber: 'audit', from: now },
        ],
      },
      false,
    ],
    [
      'one goes that has nothing left',
      [planOf({ billing: {} })],
      [standing({ billing: {}, crm: {} })],
      { orphaned: [{ endpoint: 'carrier', subscriber: 'crm', waiting: 0, pending: 0, open: 0 }] },
      false,
    ],
    [
      'one goes with something left; another reads on',
      [planOf({ billing: {} })],
      [standing({ billing: waiting, crm: waiting })],
      { orphaned: [{ endpoint: 'carrier', subscriber: 'crm', ...waiting }] },
      true,
    ],
    [
      'one is renamed: what it has not read nobody reads',
      [planOf({ billing2: {} })],
      [standing({ billing: waiting, crm: { ...waiting, waiting: 3, orphaned: true } })],
      {
        created: [{ endpoint: 'carrier', subscriber: 'billing2', from: now }],
        orphaned: [{ endpoint: 'carrier', subscriber: 'billing', ...waiting }],
        stranded: [{ endpoint: 'carrier', messages: 3 }],
      },
      true,
    ],
    [
      'one is renamed and reads from the beginning',
      [planOf({ billing2: { from: { kind: 'beginning' } } })],
      [standing({ billing: { ...waiting } })],
      {
        created: [{ endpoint: 'carrier', subscriber: 'billing2', from: { kind: 'beginning' } }],
        orphaned: [{ endpoint: 'carrier', subscriber: 'billing', ...waiting }],
      },
      true,
    ],
    [
      'an endpoint goes, with all that has not been read',
      [],
      [standing({ billing: waiting })],
      {
        orphaned: [{ endpoint: 'carrier', subscriber: 'billing', ...waiting }],
        stranded: [{ endpoint: 'carrier', messages: 7 }],
      },
      true,
    ],
    [
      'an endpoint goes that nobody ever received',
      [],
      [standing({})],
      { stranded: [{ endpoint: 'carrier', messages: 100 }] },
      true,
    ],
    ['nobody receives an endpoint, as before', [planOf({})], [standing({})], {}, false],
    [
      'one comes back at now',
      [planOf({ billing: {} })],
      [standing({ billing: { ...waiting, orphaned: true } })],
      { returned: [{ endpoint: 'carrier', subscriber: 'billing', resumes: false, missed: 7 }] },
      true,
    ],
    [
      'one comes back and resumes',
      [planOf({ billing: { resume: true } })],
      [standing({ billing: { ...waiting, orphaned: true } })],
      { returned: [{ endpoint: 'carrier', subscriber: 'billing', resumes: true, missed: 7 }] },
      false,
    ],
    [
      'one that had left before stays away',
      [planOf({ audit: {} })],
      [standing({ audit: {}, crm: { ...waiting, orphaned: true } })],
      {},
      false,
    ],
  ] as const) {
    test(what, () => {
      const changes = cursorChanges(plans, standings);
      assert.deepEqual(changes, { ...nothing, ...expected });
      assert.equal(loses(changes), isLoss);
    });
  }
});
