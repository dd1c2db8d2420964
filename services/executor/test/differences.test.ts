/** What Solidity finds otherwise here than on Ethereum: what cannot work on this chain, and what is dearer or cheaper. */
import { toHex } from '@hexapod/protocol/bytes';
import { beforeAll, describe, expect, test } from 'vitest';
import { wordToBytes } from '../src/evm/word.ts';
import { GENESIS_TIME, openQueries, SENDER, TestChain } from './chain-in-memory.ts';
import { ContractClient, eventsOf, sendData } from './contract-client.ts';
import { useContracts } from './solidity.ts';

await useContracts('Differences.sol');

const OTHER = new Uint8Array(20).fill(0xb2);
const NOTHING = new Uint8Array(0);
const RECEIVED = 'Received(uint256,uint256)';

let chain: TestChain;
let contract: ContractClient;

beforeAll(async () => {
  chain = await TestChain.start();
  contract = await ContractClient.deploy(chain, 'Differences');
});

describe('value (docs/protocol/executor.md 4.3)', () => {
  test('is shown to a contract, but is not there', async () => {
    const sent = await sendData(chain, contract.address, NOTHING, { value: wordToBytes(77) });
    expect(eventsOf(sent, RECEIVED)[0]?.args).toEqual([77n, 0n]);
    expect(await contract.read('received()')).toBe(77n);
    const { value } = await openQueries(chain.database).getBalance({ address: contract.address });
    expect(toHex(value)).toBe('00'.repeat(32));
  });

  test('cannot be passed on: transfer reverts, send and call answer false', async () => {
    const value = wordToBytes(5);
    expect((await contract.send('pay(address)', [OTHER], { value })).error).toBe('Reverted.');
    // A value of 0 can.
    expect((await contract.send('pay(address)', [OTHER])).error).toBe('');
    expect(await contract.call('send(address,uint256)', [OTHER, 1n], ['bool'])).toEqual([false]);
    expect(await contract.call('send(address,uint256)', [OTHER, 0n], ['bool'])).toEqual([true]);
    const called = await contract.call(
      'callWithValue(address,uint256)',
      [contract.address, 1n],
      ['bool', 'bytes'],
    );
    expect(called).toEqual([false, '']);
  });

  test('cannot be given to a creation', async () => {
    const nobody = toHex(new Uint8Array(20));
    expect(await contract.read('createWithValue(uint256)', [1n], 'address')).toBe(nobody);
    expect(await contract.read('createWithValue(uint256)', [0n], 'address')).not.toBe(nobody);
  });

  test('a function that is not payable refuses a transaction with value', async () => {
    const sent = await contract.send('writeThrice()', [], { value: wordToBytes(1) });
    expect(sent.error).toBe('Reverted.');
  });
});

describe('environment (3.3)', () => {
  test('chain id 1, no base fee, no difficulty, quota limit 2^64 − 1, time in milliseconds', async () => {
    const height = chain.chain.head?.height ?? 0n;
    const types = new Array<string>(6).fill('uint256');
    expect(await contract.call('environment()', [], types)).toEqual([
      1n,
      0n,
      2n ** 64n - 1n,
      0n,
      0n,
      GENESIS_TIME + 3000n * height,
    ]);
  });

  test('the gas price is 0 in a call', async () => {
    expect(await contract.read('gasPrice()')).toBe(0n);
  });
});

describe('prices (5.3)', () => {
  /** What is measured besides the opcode: two constants are pushed (3 each), GAS is 2; for reading, MSTORE is 3. */
  const WRITING = 3n + 3n + 2n;
  const READING = WRITING + 3n;

  test('a slot is never warm', async () => {
    const [first, second] = await contract.call('readTwice()', [], ['uint256', 'uint256']);
    expect([first, second]).toEqual([50n + READING, 50n + READING]);
  });

  test('writes are not netted, and a cleared slot pays back', async () => {
    const types = new Array<string>(3).fill('uint256');
    const costs = await contract.call('writeThrice()', [], types);
    // Zero may be pushed in another way than other constants: the third write's is looked at without it.
    expect(costs.slice(0, 2)).toEqual([20_000n + WRITING, 5_000n + WRITING]);
    const third = costs[2] as bigint;
    expect(third).toBeGreaterThanOrEqual(5_000n);
    expect(third).toBeLessThan(5_020n);
    const { quotaUsed } = await contract.send('writeThrice()');
    // 30,000 for the writes and 21,000 for the transaction, of which the refund of 15,000 comes off.
    expect(quotaUsed).toBeGreaterThan(21_000 + 30_000 - 15_000);
    expect(quotaUsed).toBeLessThan(21_000 + 30_000 - 15_000 + 1_000);
  });
});

test('precompiles 5 to 8 take their gas and fail (6)', async () => {
  expect(await contract.call('powerModulo()', [], ['bool', 'bytes'])).toEqual([false, '']);
});

test('more than 24 KiB of code may be deployed (4.4)', async () => {
  expect(await contract.read('deployBig(uint256)', [24_576n])).toBe(24_576n);
  expect(await contract.read('deployBig(uint256)', [60_000n])).toBe(60_000n);
  // The deposit of 200 a byte is what bounds it: 50,000,000 for a call.
  expect(await contract.read('deployBig(uint256)', [300_000n])).toBe(0n);
});

test('a call does not bring its target into being (7.2)', async () => {
  const types = ['bytes32', 'bytes32'];
  const zeros = '00'.repeat(32);
  const nobody = new Uint8Array(20).fill(0x77);
  expect(await contract.call('touch(address)', [nobody], types)).toEqual([zeros, zeros]);
  // A sender is there, without code.
  const empty = 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470';
  expect(await contract.call('touch(address)', [SENDER], types)).toEqual([empty, empty]);
});

test('code for shanghai and later fails at PUSH0 (5.1)', async () => {
  const sent = await sendData(chain, NOTHING, Uint8Array.fromHex('5f5ff3'));
  expect(sent.error).toBe('Instruction is not supported.');
  expect(sent.quotaUsed).toBe(30_000_000);
});
