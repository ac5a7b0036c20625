import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { LogPlan } from '@relay/core';
import { pino } from 'pino';
import { createInForce, type InForceOptions } from '../src/in-force.ts';
import { carrier, configurationOf } from './station.ts';

const first = configurationOf('redis://127.0.0.1:1');
const next = configurationOf('redis://127.0.0.1:1', { endpoints: [{ ...carrier, name: 'next' }] });

/** Brings configurations into force without a Redis or ports, which fail here at an exact point; time passes by `tick`. */
async function started(t: TestContext, changes: Partial<InForceOptions>) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const inForce = createInForce({
    first,
    journal: { apply: async () => [] },
    listeners: { listen: async () => {} },
    createHandle: () => () => {},
    redisWatch: { failed: () => {} },
    metrics: { configuration: () => {}, expectEndpoint: () => {}, forgetEndpoint: () => {} },
    onApplied: () => {},
    log: pino({ enabled: false }),
    ...changes,
  });
  await inForce.start();
  return { inForce, tick: () => t.mock.timers.tick(60_000) };
}

function namesOf(plans: readonly LogPlan[]): string[] {
  return plans.map(({ endpoint }) => endpoint);
}

suite('in force', () => {
  for (const [what, settle] of [
    ['fails', (applying) => applying.reject(new Error('Redis is silent'))],
    ['goes well', (applying) => applying.resolve()],
  ] as const satisfies [string, (applying: PromiseWithResolvers<void>) => void][]) {
    test(`a change that is under way when it is closed comes to nothing more: no port, no other try, when it ${what}`, async (t) => {
      const applying = Promise.withResolvers<void>();
      const underWay = Promise.withResolvers<void>();
      let calls = 0;
      const count = () => {
        calls += 1;
      };
      const apply = async (plans: readonly LogPlan[]) => {
        count();
        if (namesOf(plans)[0] !== 'next') return [];
        underWay.resolve();
        await applying.promise;
        return [];
      };
      const { inForce, tick } = await started(t, {
        journal: { apply },
        listeners: { listen: async () => count() },
      });
      const changing = inForce.change(next);
      await underWay.promise;
      const before = calls;
      inForce.close();
      settle(applying);
      await changing;
      tick();
      await inForce.change(next);
      assert.equal(calls, before);
    });
  }

  // It used to be forgotten when the one before was in force, until the next change.
  test('what is changed while another one is being brought into force comes after it', async (t) => {
    const applying = Promise.withResolvers<void>();
    const underWay = Promise.withResolvers<void>();
    const apply = async (plans: readonly LogPlan[]) => {
      if (namesOf(plans)[0] === 'next') {
        underWay.resolve();
        await applying.promise;
      }
      return [];
    };
    const { inForce } = await started(t, { journal: { apply } });
    const last = configurationOf('redis://127.0.0.1:1', { endpoints: [{ ...carrier, name: 'last' }] });
    const changing = inForce.change(next);
    await underWay.promise;
    const changingAgain = inForce.change(last);
    applying.resolve();
    await Promise.all([changing, changingAgain]);
    assert.deepEqual(
      inForce.current().endpoints.map(({ name }) => name),
      ['last'],
    );
  });

  test('a configuration that cannot be served leaves the old one in force', async (t) => {
    const applied: string[][] = [];
    let listened = 0;
    const { inForce } = await started(t, {
      journal: {
        apply: async (plans) => {
          applied.push(namesOf(plans));
          return [];
        },
      },
      listeners: {
        listen: async () => {
          listened += 1;
        },
      },
      createHandle: (configuration) => {
        if (configuration === next) throw new Error('cannot be served');
        return () => {};
      },
    });
    const before = listened;
    await assert.rejects(inForce.change(next), { message: 'cannot be served' });
    assert.equal(listened, before);
    assert.equal(inForce.current(), first);
    assert.deepEqual(applied.at(-1), [carrier.name]);
  });

  test('a port that cannot be had is the reason that is told, though Redis goes away then; the old plans come back with it', async (t) => {
    const applied: string[][] = [];
    const back = Promise.withResolvers<void>();
    let away = false;
    const apply = async (plans: readonly LogPlan[]) => {
      if (away) throw new Error('Redis is away');
      applied.push(namesOf(plans));
      if (applied.length > 2) back.resolve();
      return [];
    };
    const listen = async () => {
      if (applied.length < 2) return;
      away = true;
      throw new Error('the port is in use');
    };
    const { inForce, tick } = await started(t, { journal: { apply }, listeners: { listen } });
    await assert.rejects(inForce.change(next), { message: 'the port is in use' });
    assert.deepEqual(applied, [[carrier.name], ['next']]);
    away = false;
    tick();
    await back.promise;
    assert.deepEqual(applied, [[carrier.name], ['next'], [carrier.name]]);
  });
});
