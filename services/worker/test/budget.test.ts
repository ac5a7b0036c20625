import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { createBudget } from '../src/budget.ts';

const mostBytes = 10_000;

function given() {
  const told: string[] = [];
  return { told, budget: createBudget({ onRoom: (subscriber) => told.push(subscriber), mostBytes }) };
}

/** Takes bodies of this size until there is no room for more; answers how many bytes that came to. */
function fill({ room, take }: ReturnType<typeof createBudget>, subscriber: string, bytes: number): number {
  let taken = 0;
  while (room(subscriber) > 0) {
    take(subscriber, bytes);
    taken += bytes;
  }
  return taken;
}

suite('budget', () => {
  test('nobody takes more than is left for the others', () => {
    const { budget } = given();
    assert.equal(fill(budget, 'greedy', 100), 5_000);
    assert.ok(budget.room('modest') > 0);
    assert.equal(fill(budget, 'modest', 100), 2_500);
    assert.ok(budget.room('third') > 0);
  });

  test('however many take all they can, one that begins takes as much as each of them would give', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 10, max: 500 }), { minLength: 1, maxLength: 8 }), (sizes) => {
        const { budget } = given();
        const taken = sizes.map((bytes, i) => fill(budget, `greedy ${i}`, bytes));
        const all = taken.reduce((sum, bytes) => sum + bytes, 0);
        assert.ok(all <= mostBytes + sizes.length * 500, `${all} bytes`);
        budget.take('modest', 1);
        assert.equal(budget.room('modest') > 0, mostBytes - all > 2);
      }),
    );
  });

  test('whoever has nothing may carry one, also where nothing is left', () => {
    const { budget } = given();
    budget.take('greedy', 20_000);
    assert.equal(budget.room('modest'), 1);
    const arrived = budget.expect('modest', 1);
    assert.equal(budget.room('modest'), 0);
    arrived();
    assert.equal(budget.room('modest'), 1);
  });

  test('a body larger than all of the room goes out when nothing else does', () => {
    const { budget } = given();
    assert.equal(budget.room('billing'), 1);
    budget.take('billing', 20_000);
    budget.giveBack('billing', 20_000);
    assert.equal(budget.room('billing'), 1);
  });

  test('how many fit is judged by the bodies of this subscriber, not by those of others', () => {
    const { budget } = given();
    for (let i = 0; i < 500; i += 1) {
      budget.take('small', 1_000);
      budget.giveBack('small', 1_000);
    }
    const fitting = budget.room('small');
    budget.take('large', 4_000);
    budget.giveBack('large', 4_000);
    assert.equal(budget.room('small'), fitting);
    assert.equal(budget.room('large'), 1);
  });

  test('what is being read takes room, and whoever was told of none hears of it again', () => {
    const { budget, told } = given();
    budget.take('billing', 4_000);
    const arrived = budget.expect('billing', 1);
    assert.equal(budget.room('billing'), 0);
    arrived();
    assert.deepEqual(told, ['billing']);
    assert.equal(budget.room('billing'), 1);
  });

  test('only those are told who wait, and only when there is room for them', () => {
    const { budget, told } = given();
    budget.take('greedy', 6_000);
    budget.take('modest', 3_000);
    assert.deepEqual([budget.room('greedy'), budget.room('modest')], [0, 0]);
    budget.take('third', 10);
    budget.giveBack('third', 10);
    assert.deepEqual(told, []);
    budget.giveBack('greedy', 3_000);
    assert.deepEqual(told, ['greedy', 'modest']);
    budget.giveBack('greedy', 3_000);
    assert.deepEqual(told, ['greedy', 'modest']);
  });

  test('a retry waits for room, goes before what is read then, and its body counts', async () => {
    const { budget, told } = given();
    budget.take('billing', 6_000);
    let admitted = false;
    const admitting = budget.admit('billing').then((retry) => {
      admitted = true;
      return retry;
    });
    budget.take('other', 10);
    budget.giveBack('other', 10);
    await Promise.resolve();
    assert.equal(admitted, false);
    budget.giveBack('billing', 6_000);
    const retry = await admitting;
    retry.weigh(5_000);
    assert.equal(budget.room('billing'), 0);
    const before = told.length;
    retry.end();
    assert.equal(told.length, before + 1);
    assert.equal(budget.room('billing'), 1);
  });
});
