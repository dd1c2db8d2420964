/**
 * Faults of the original that ours must not have (docs/protocol/executor.md 14). README.md says which test is for which;
 * those that need a process are in *.process.test.ts.
 */
import { toHex } from '@hexapod/protocol/bytes';
import { describe, expect, test } from 'vitest';
import { COMPILED, machineOf } from '../fuzz/machines.ts';
import { blockKey, receiptsKey } from '../src/store/keys.ts';
import { assemble, deployer } from './assemble.ts';
import { openQueries, SENDER, TestChain } from './chain-in-memory.ts';

const FAR = `0x${'ff'.repeat(32)}`;
const NOTHING = new Uint8Array(0);
/** A byte of input: act, do not answer. */
const ACT = Uint8Array.of(1);
/** Enough to hand on 63 of 64 parts a thousand times. */
const MUCH = 10n ** 15n;
const RETURN_TOP = '0 MSTORE 32 0 RETURN';

const toNumber = (bytes: Uint8Array): number => Number(`0x${toHex(bytes)}`);
const request = (to: Uint8Array, method = NOTHING) => ({ to, from: SENDER, method, args: [], height: 0n });

/** Acts when it is called with input; without, answers slot 0. */
const counter = (action: string) =>
  deployer(assemble(`CALLDATASIZE @act JUMPI 0 SLOAD ${RETURN_TOP} act: ${action}`));

/** Answers how many frames are inside it and itself, by STATICCALLs of itself. */
const LEVELS = deployer(assemble(`32 0 0 0 ADDRESS GAS STATICCALL POP 1 0 MLOAD ADD ${RETURN_TOP}`));

describe.each(COMPILED)('compiled %s', (compiled) => {
  const machine = machineOf(compiled);
  const start = () => TestChain.start({ machine });

  async function answer(chain: TestChain, to: Uint8Array): Promise<number> {
    return toNumber((await openQueries(chain.database, { machine }).call(request(to))).value);
  }

  async function act(chain: TestChain, to: Uint8Array, quota: bigint) {
    const [receipt] = (await chain.run({ to, data: ACT, quota })).receipts;
    if (receipt === undefined) throw new Error('no receipt');
    return receipt;
  }

  test('2: copies of length 0, from and to anywhere, do nothing', async () => {
    const copies = `0 ${FAR} ${FAR} CALLDATACOPY 0 ${FAR} ${FAR} CODECOPY 0 0 ${FAR} RETURNDATACOPY 0 ${FAR} ${FAR} ADDRESS EXTCODECOPY`;
    const chain = await start();
    const contract = await chain.deploy(deployer(assemble(`${copies} 7 ${RETURN_TOP}`)));
    expect((await act(chain, contract, 100_000n)).error).toBeUndefined();
    expect(await answer(chain, contract)).toBe(7);
  });

  describe('3: nesting', () => {
    test.each([
      ['CALL', '0 ADDRESS GAS CALL'],
      ['CALLCODE', '0 ADDRESS GAS CALLCODE'],
      ['DELEGATECALL', 'ADDRESS GAS DELEGATECALL'],
    ])('by %s goes to depth 1024 in a transaction', async (_name, call) => {
      const chain = await start();
      const contract = await chain.deploy(counter(`1 0 SLOAD ADD 0 SSTORE 0 0 1 0 ${call}`));
      expect((await act(chain, contract, MUCH)).error).toBeUndefined();
      // The outermost frame has depth 0.
      expect(await answer(chain, contract)).toBe(1025);
    });

    test('by STATICCALL, too', async () => {
      const chain = await start();
      const levels = await chain.deploy(LEVELS);
      const contract = await chain.deploy(
        counter(`32 0 0 0 0x${toHex(levels)} GAS STATICCALL POP 0 MLOAD 0 SSTORE`),
      );
      expect((await act(chain, contract, MUCH)).error).toBeUndefined();
      expect(await answer(chain, contract)).toBe(1024);
    });

    test.each(['CODESIZE 0 0 CREATE', '0 CODESIZE 0 0 CREATE2'])('by %s, too', async (create) => {
      const chain = await start();
      const data = assemble(`0 0 LOG0 CODESIZE 0 0 CODECOPY ${create}`);
      const [receipt] = (await chain.run({ data, quota: MUCH })).receipts;
      expect(receipt?.error).toBeUndefined();
      expect(receipt?.logs.length).toBe(1025);
    });

    test('in a Call and in an estimate goes as far as the gas', async () => {
      const chain = await start();
      const contract = await chain.deploy(LEVELS);
      const levels = await answer(chain, contract);
      expect(levels).toBeGreaterThan(300);
      expect(levels).toBeLessThan(1025);
      const estimate = await openQueries(chain.database, { machine }).estimateQuota(request(contract));
      expect(toNumber(estimate.bytesQuota)).toBeGreaterThan(21_000);
    });
  });

  describe('5: what never ends', () => {
    test('an estimate is given up when its time is over', async () => {
      const chain = await start();
      const contract = await chain.deploy(deployer(assemble('loop: @loop JUMP')));
      let now = 0;
      const queries = openQueries(chain.database, { machine, timeLimit: 20, monotonic: () => now++ });
      await expect(queries.estimateQuota(request(contract))).rejects.toThrow('estimate quota failed');
      expect(now).toBeGreaterThan(20);
    });

    test('a Call ends with its quota, also where more is charged because stipends come back', async () => {
      const chain = await start();
      const program = 'loop: 0 0 0 0 1 ADDRESS 0 CALL POP @loop JUMP';
      const contract = await chain.deploy(deployer(assemble(program)));
      const { value } = await openQueries(chain.database, { machine }).call(request(contract));
      expect(value.length).toBe(0);
    });
  });

  test('11: a hundred thousand writes in one transaction take time in proportion', async () => {
    const chain = await start();
    const writes = 100_000;
    const contract = await chain.deploy(
      counter(`${writes} loop: DUP1 DUP1 SSTORE 1 SWAP1 SUB DUP1 @loop JUMPI 5 0 SSTORE`),
    );
    const receipt = await act(chain, contract, 3_000_000_000n);
    expect(receipt.error).toBeUndefined();
    expect(receipt.quotaUsed).toBeGreaterThan(20_000n * BigInt(writes));
    expect(await answer(chain, contract)).toBe(5);
  });
});

describe('6: full mode', () => {
  /** Slot and value from the input; without input, the value of slot 0x11. */
  const SLOTS = deployer(
    assemble(
      `CALLDATASIZE @store JUMPI 0x11 SLOAD ${RETURN_TOP} store: 32 CALLDATALOAD 0 CALLDATALOAD SSTORE`,
    ),
  );
  const pair = (slot: number, value: number): Uint8Array => {
    const data = new Uint8Array(64);
    data[31] = slot;
    data[63] = value;
    return data;
  };

  test('zeros written to empty slots beside full ones delete nothing', async () => {
    const chains = [await TestChain.start({ keepHistory: false }), await TestChain.start()];
    const roots = await Promise.all(
      chains.map(async (chain) => {
        const seen: string[] = [];
        const to = await chain.deploy(SLOTS);
        const write = async (...pairs: [number, number][]) => {
          const { record } = await chain.run(
            ...pairs.map(([slot, value]) => ({ to, data: pair(slot, value) })),
          );
          seen.push(toHex(record.stateRoot));
        };
        await write([0x10, 1], [0x11, 2], [0x21, 3], [0x91, 4]);
        const full = seen.at(-1);
        for (const slot of [0x12, 0x20, 0x90, 0x01, 0xff]) await write([slot, 0]);
        await write([0x12, 0], [0x22, 0], [0x92, 0]);
        // The senders' nonce is in the root, so it goes on; the storage is what it was.
        expect(seen.at(-1)).not.toBe(full);
        const { value } = await openQueries(chain.database).call(request(to));
        expect(toNumber(value)).toBe(2);
        await write([0x11, 0], [0x91, 0], [0x21, 0], [0x10, 0]);
        return seen;
      }),
    );
    expect(roots[0]).toEqual(roots[1]);
  });
});

test('13: heights of more than 32 bits have rows of their own', () => {
  for (const key of [blockKey, receiptsKey]) {
    const keys = [0n, 1n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 32n + 1n].map((height) => toHex(key(height)));
    expect(new Set(keys).size).toBe(keys.length);
    expect([...keys].sort()).toEqual(keys);
  }
});
