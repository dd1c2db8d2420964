import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyWorld } from '../../test/run-code.ts';
import type { Word } from '../evm/word.ts';
import type { WorldState } from './world-state.ts';

/** What one can see of the accounts 1 … 3 and their slots 0 … 2. */
function picture(world: WorldState): unknown {
  return [1, 2, 3].map((address) => ({
    exists: world.exists(address),
    nonce: world.nonce(address),
    code: [...world.code(address).bytes],
    codeHash: world.codeHash(address),
    slots: [0, 1, 2].map((slot) => world.load(address, slot)),
  }));
}

type Step = (world: WorldState) => void;

const address = fc.integer({ min: 1, max: 3 });
const slot = fc.integer({ min: 0, max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  address.map(
    (at): Step =>
      (world) =>
        world.incrementNonce(at),
  ),
  address.map(
    (at): Step =>
      (world) =>
        world.replaceAccount(at),
  ),
  address.map(
    (at): Step =>
      (world) =>
        world.removeAccount(at),
  ),
  fc.tuple(address, fc.uint8Array({ maxLength: 3 })).map(
    ([at, code]): Step =>
      (world) =>
        world.setCode(at, code),
  ),
  fc.tuple(address, slot, fc.integer({ min: 0, max: 3 })).map(
    ([at, key, value]): Step =>
      (world) =>
        world.store(at, key, value),
  ),
);

describe('the journal', () => {
  test('brings back exactly what was there at the checkpoint', () => {
    fc.assert(
      fc.property(fc.array(step), fc.array(step), fc.array(step), (before, within, inner) => {
        const world = emptyWorld();
        for (const change of before) change(world);
        const outerPicture = picture(world);
        const outer = world.checkpoint();
        for (const change of within) change(world);
        const innerPicture = picture(world);
        const nested = world.checkpoint();
        for (const change of inner) change(world);
        world.revertTo(nested);
        expect(picture(world)).toEqual(innerPicture);
        world.revertTo(outer);
        expect(picture(world)).toEqual(outerPicture);
      }),
    );
  });

  test('is empty after the end of a transaction', () => {
    const world = emptyWorld();
    world.incrementNonce(1);
    world.endTransaction();
    expect(world.checkpoint()).toBe(0);
    expect(world.nonce(1)).toBe(1);
  });
});

test('an account that is replaced has no storage, code, nonce or ABI', () => {
  const world = emptyWorld();
  world.incrementNonce(1);
  world.store(1, 5, 7);
  world.setCode(1, Uint8Array.of(1));
  world.setAbi(1, Uint8Array.of(2));
  world.replaceAccount(1);
  expect(world.exists(1)).toBe(true);
  expect(world.load(1, 5)).toBe(0);
  expect(world.nonce(1)).toBe(0);
  expect(world.code(1).length).toBe(0);
  expect(world.abi(1)).toEqual(new Uint8Array(0));
});

test('reads create nothing', () => {
  const world = emptyWorld();
  const absent: Word = 77n ** 20n;
  world.load(absent, 0);
  world.code(absent);
  world.nonce(absent);
  expect(world.exists(absent)).toBe(false);
  expect([...world.changes()]).toEqual([]);
});
