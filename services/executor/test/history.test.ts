/** State at every height, in archive and in full mode, against a record of what it was when the block was executed. */
import { keccak256 } from '@hexapod/crypto/keccak';
import { toHex } from '@hexapod/protocol/bytes';
import { describe, expect, test } from 'vitest';
import { create2Address, createAddress } from '../src/evm/contract-address.ts';
import { addressToBytes, wordFromBytes, wordToBytes } from '../src/evm/word.ts';
import { assemble, deployer } from './assemble.ts';
import { openQueries, SENDER, TestChain } from './chain-in-memory.ts';

/** With input (slot, value): stores; with input (slot): returns the slot; with no input: self-destructs. */
const SLOTS = deployer(
  assemble(`
    CALLDATASIZE 64 EQ @store JUMPI
    CALLDATASIZE 32 EQ @load JUMPI
    0 SELFDESTRUCT
    store: 32 CALLDATALOAD 0 CALLDATALOAD SSTORE STOP
    load: 0 CALLDATALOAD SLOAD 0 MSTORE 32 0 RETURN
  `),
);
/** Creates what it is given with salt 0. */
const FACTORY = deployer(
  assemble('CALLDATASIZE 0 0 CALLDATACOPY 0 CALLDATASIZE 0 0 CREATE2 0 MSTORE 32 0 RETURN'),
);

const words = (...values: number[]): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => [...wordToBytes(value)]));

interface Past {
  readonly height: bigint;
  readonly slots: readonly number[];
}

const SLOT_COUNT = 4;

async function grow(keepHistory: boolean): Promise<{ chain: TestChain; contract: Uint8Array; past: Past[] }> {
  const chain = await TestChain.start({ keepHistory });
  const factory = await chain.deploy(FACTORY);
  const created = await chain.run({ to: factory, data: SLOTS });
  expect(created.receipts[0]?.error).toBeUndefined();
  const contract = addressToBytes(create2Address(keccak256, wordFromBytes(factory), 0, SLOTS));
  const past: Past[] = [{ height: 2n, slots: [0, 0, 0, 0] }];
  const now = [0, 0, 0, 0];
  for (let i = 0; i < 60; i++) {
    if (i === 30) {
      // The storage goes with the account, and a new one begins where it is created again.
      await chain.run({ to: contract });
      past.push({ height: 3n + BigInt(i), slots: [-1, -1, -1, -1] });
      now.fill(0);
    } else if (i === 31) {
      await chain.run({ to: factory, data: SLOTS });
      past.push({ height: 3n + BigInt(i), slots: [...now] });
    } else {
      const slot = (i * 7) % SLOT_COUNT;
      // Now and then to what it is already, now and then to zero.
      const value = i % 5 === 0 ? 0 : i % 3 === 0 ? (now[slot] ?? 0) : i;
      now[slot] = value;
      await chain.run({ to: contract, data: words(slot, value) });
      past.push({ height: 3n + BigInt(i), slots: [...now] });
    }
  }
  return { chain, contract, past };
}

async function slotsAt(chain: TestChain, contract: Uint8Array, height: bigint): Promise<number[]> {
  const queries = openQueries(chain.database);
  const slots: number[] = [];
  for (let slot = 0; slot < SLOT_COUNT; slot++) {
    const { value } = await queries.call({
      to: contract,
      from: SENDER,
      method: words(slot),
      args: [],
      height,
    });
    slots.push(value.length === 0 ? -1 : Number(wordFromBytes(value)));
  }
  return slots;
}

describe('archive', async () => {
  const { chain, contract, past } = await grow(true);

  test.each(past)('height $height', async ({ height, slots }) => {
    expect(await slotsAt(chain, contract, height)).toEqual(slots);
  });

  test('height 0 is the newest', async () => {
    expect(await slotsAt(chain, contract, 0n)).toEqual(past.at(-1)?.slots);
  });

  test('before the contract there is none', async () => {
    expect(await slotsAt(chain, contract, 1n)).toEqual([-1, -1, -1, -1]);
  });
});

describe('full', async () => {
  const full = await grow(false);
  const archive = await grow(true);
  const NO_STATE =
    "Call Error Transaction execution error (Couldn't find the transaction block's state in the chain).";

  test('has the same state roots', () => {
    expect(toHex(full.chain.chain.head?.stateRoot ?? new Uint8Array(0))).toBe(
      toHex(archive.chain.chain.head?.stateRoot ?? new Uint8Array(1)),
    );
  });

  test('answers at the newest height only', async () => {
    const newest = full.past.at(-1);
    expect(await slotsAt(full.chain, full.contract, newest?.height ?? 0n)).toEqual(newest?.slots);
    await expect(slotsAt(full.chain, full.contract, 20n)).rejects.toThrow(NO_STATE);
    await expect(slotsAt(full.chain, full.contract, 1000n)).rejects.toThrow(NO_STATE);
  });
});

test('what genesis wrote is history, too', async () => {
  // Answers slot 0, and sets it to the input.
  const program = assemble('0 SLOAD 0 CALLDATALOAD 0 SSTORE 0 MSTORE 32 0 RETURN');
  const init = assemble('7 0 SSTORE');
  const chain = await TestChain.start({}, [
    { data: Uint8Array.from([...init, ...deployer(program, init.length)]) },
  ]);
  const to = addressToBytes(createAddress(keccak256, wordFromBytes(SENDER), 0));
  await chain.run();
  await chain.run({ to, data: words(5) });
  await chain.run({ to, data: words(6) });
  const read = async (height: bigint): Promise<number> => {
    const { value } = await openQueries(chain.database).call({
      to,
      from: SENDER,
      method: words(0),
      args: [],
      height,
    });
    return Number(wordFromBytes(value));
  };
  expect([await read(1n), await read(2n), await read(3n)]).toEqual([7, 5, 6]);
});
