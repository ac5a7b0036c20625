import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createSlots } from '../src/slots.ts';

suite('slots', () => {
  test('no more places are taken than there are', () => {
    const slots = createSlots(3);
    assert.equal(slots.takeFree(2), 2);
    assert.equal(slots.takeFree(5), 1);
    assert.equal(slots.takeFree(1), 0);
    slots.release(2);
    assert.equal(slots.takeFree(5), 2);
  });

  test('whoever waits comes before whoever takes what is free', async () => {
    const slots = createSlots(1);
    slots.takeFree(1);
    const waiting = slots.acquire();
    slots.release();
    assert.equal(slots.takeFree(1), 0);
    await waiting;
    slots.release();
    assert.equal(slots.takeFree(1), 1);
  });

  test('fewer places: what is taken stays taken, and nothing is free until enough came back', () => {
    const slots = createSlots(3);
    slots.takeFree(3);
    slots.resize(1);
    slots.release(2);
    assert.equal(slots.takeFree(1), 0);
    slots.release();
    assert.equal(slots.takeFree(1), 1);
  });

  test('more places: whoever waits is served, and told', async () => {
    const slots = createSlots(1);
    slots.takeFree(1);
    const [waiting, changed] = [slots.acquire(), slots.changed()];
    slots.resize(2);
    await Promise.all([waiting, changed]);
  });
});
