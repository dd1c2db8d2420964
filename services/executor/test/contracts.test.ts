/** Contracts made by solc for london, through blocks, calls and receipts. */
import { readFileSync } from 'node:fs';
import { RpcError } from '@hexapod/common/rpc-error';
import { keccak256 } from '@hexapod/crypto/keccak';
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import type { CallRequest } from '@hexapod/protocol/executor';
import solc from 'solc';
import { beforeAll, describe, expect, test } from 'vitest';
import { addressToBytes, wordFromBytes, wordToBytes } from '../src/evm/word.ts';
import { openChain, openQueries, SENDER, TestChain } from './chain-in-memory.ts';

const OTHER = new Uint8Array(20).fill(0xb2);

const selector = (signature: string): string =>
  toHex(keccak256(new TextEncoder().encode(signature)).subarray(0, 4));
const word = (value: number | Uint8Array): string =>
  toHex(typeof value === 'number' ? wordToBytes(value) : wordToBytes(wordFromBytes(value)));
const callData = (signature: string, ...args: (number | Uint8Array)[]): Uint8Array =>
  fromHex(selector(signature) + args.map(word).join(''));
const request = (to: Uint8Array, method: Uint8Array, from = SENDER): CallRequest => ({
  to,
  from,
  method,
  args: [],
  height: 0n,
});

describe('Counter', () => {
  const file = new URL('../../../examples/counter/Counter.json', import.meta.url);
  const { bytecode }: { bytecode: string } = JSON.parse(readFileSync(file, 'utf8'));

  test('counts, block after block, and is read at every height', async () => {
    const chain = await TestChain.start();
    const counter = await chain.deploy(fromHex(bytecode));
    const queries = openQueries(chain.database);
    for (let i = 0; i < 5; i++) {
      const { receipts } = await chain.run(
        { to: counter, data: callData('add()') },
        { to: counter, data: callData('add()') },
      );
      expect(receipts.map(({ error }) => error)).toEqual([undefined, undefined]);
    }
    const count = async (height: bigint): Promise<string> =>
      toHex((await queries.call({ ...request(counter, callData('count()')), height })).value);
    expect(await count(0n)).toBe(word(10));
    expect(await count(3n)).toBe(word(4));
    const { byteCode } = await queries.getCode({ address: counter });
    expect(bytecode).toContain(toHex(byteCode));
    await chain.run({ to: counter, data: callData('reset()') });
    expect(await count(0n)).toBe(word(0));
    expect(await count(3n)).toBe(word(4));
  });
});

const SOURCE = `
pragma solidity ^0.8;

contract Token {
  error Short(uint wanted, uint had);
  event Transfer(address indexed from, address indexed to, uint value);
  mapping(address => uint) public balanceOf;
  constructor() { balanceOf[msg.sender] = 1000; }
  function transfer(address to, uint value) external returns (bool) {
    if (balanceOf[msg.sender] < value) revert Short(value, balanceOf[msg.sender]);
    balanceOf[msg.sender] -= value;
    balanceOf[to] += value;
    emit Transfer(msg.sender, to, value);
    return true;
  }
  function refuse() external pure { revert("no way"); }
  function broken() external pure returns (uint) { uint[] memory none = new uint[](0); return none[1]; }
}

contract Maker {
  Token[] public made;
  function make(bytes32 salt) external returns (address) { made.push(new Token{salt: salt}()); return address(made[made.length - 1]); }
  function pass(address to, uint value) external returns (bool) {
    try made[0].transfer(to, value) returns (bool ok) { return ok; } catch { return false; }
  }
  function loop(uint n) external view returns (uint sum) { for (uint i = 0; i < n; i++) sum += i ** 2; }
  function endless() external pure { while (true) {} }
}`;

function compile(): Record<string, string> {
  const input = {
    language: 'Solidity',
    sources: { 'a.sol': { content: SOURCE } },
    settings: {
      evmVersion: 'london',
      optimizer: { enabled: true },
      outputSelection: { '*': { '*': ['evm.bytecode.object'] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const { Token, Maker } = output.contracts['a.sol'];
  return { Token: Token.evm.bytecode.object, Maker: Maker.evm.bytecode.object };
}

describe('Token and Maker', () => {
  let chain: TestChain;
  let token: Uint8Array;
  let maker: Uint8Array;

  beforeAll(async () => {
    const { Token = '', Maker = '' } = compile();
    chain = await TestChain.start();
    token = await chain.deploy(fromHex(Token));
    maker = await chain.deploy(fromHex(Maker));
  });

  const errorOf = async (call: Promise<unknown>): Promise<string> => {
    try {
      await call;
    } catch (error) {
      if (error instanceof RpcError) return error.details;
      throw error;
    }
    return 'no error';
  };

  test('a transfer moves tokens and leaves an event', async () => {
    const { receipts } = await chain.run({
      to: token,
      data: callData('transfer(address,uint256)', OTHER, 30),
    });
    expect(receipts[0]?.error).toBeUndefined();
    const queries = openQueries(chain.database);
    const hash = receipts[0]?.transactionHash ?? new Uint8Array(0);
    const receipt = await queries.getTransactionReceipt({ hash });
    expect(receipt.logs.map(({ topics, data }) => [...topics, data].map(toHex))).toEqual([
      [
        toHex(keccak256(new TextEncoder().encode('Transfer(address,address,uint256)'))),
        word(SENDER),
        word(OTHER),
        word(30),
      ],
    ]);
    expect(receipt.logsBloom.some((byte) => byte !== 0)).toBe(true);
    const { value } = await queries.call(request(token, callData('balanceOf(address)', OTHER)));
    expect(toHex(value)).toBe(word(30));
  });

  test('reverts are answered as they are: reason, custom error, panic', async () => {
    const queries = openQueries(chain.database);
    expect(await errorOf(queries.call(request(token, callData('refuse()'))))).toBe('Reverted: no way');
    const custom = await queries.call(request(token, callData('transfer(address,uint256)', OTHER, 5000)));
    expect(toHex(custom.value.subarray(0, 36))).toBe(selector('Short(uint256,uint256)') + word(5000));
    const panic = await queries.call(request(token, callData('broken()')));
    expect(toHex(panic.value)).toBe(selector('Panic(uint256)') + word(0x32));
    const [receipt] = (await chain.run({ to: token, data: callData('refuse()') })).receipts;
    expect(receipt?.error).toBe(18);
  });

  test('a contract makes a contract, calls it and catches its revert', async () => {
    const { receipts } = await chain.run({ to: maker, data: callData('make(bytes32)', 5) });
    expect(receipts[0]?.error).toBeUndefined();
    await chain.run({ to: maker, data: callData('pass(address,uint256)', OTHER, 600) });
    const queries = openQueries(chain.database);
    const made = await queries.call(request(maker, callData('made(uint256)', 0)));
    const address = addressToBytes(wordFromBytes(made.value));
    const { value } = await queries.call(request(address, callData('balanceOf(address)', OTHER)));
    expect(toHex(value)).toBe(word(600));
    const refused = await queries.call(request(maker, callData('pass(address,uint256)', OTHER, 600)));
    expect(toHex(refused.value)).toBe(word(0));
  });

  test('the same salt a second time fails', async () => {
    const [receipt] = (await chain.run({ to: maker, data: callData('make(bytes32)', 5) })).receipts;
    expect(receipt?.error).toBe(18);
  });

  test('an estimate is enough, and one less is not', async () => {
    const data = callData('transfer(address,uint256)', new Uint8Array(20).fill(0xc3), 1);
    const { bytesQuota } = await openQueries(chain.database).estimateQuota(request(token, data));
    const quota = BigInt(`0x${toHex(bytesQuota)}`);
    const [short] = (await chain.run({ to: token, data, quota: quota - 1n })).receipts;
    expect(short?.error).toBe(10);
    const [enough] = (await chain.run({ to: token, data, quota })).receipts;
    expect(enough).toMatchObject({ error: undefined, quotaUsed: quota });
  });

  test('an estimate by search: what a contract must hold back for its callee counts', async () => {
    const data = callData('pass(address,uint256)', OTHER, 1);
    const { bytesQuota } = await openQueries(chain.database).estimateQuota(request(maker, data));
    const quota = BigInt(`0x${toHex(bytesQuota)}`);
    const [enough] = (await chain.run({ to: maker, data, quota })).receipts;
    expect(enough?.error).toBeUndefined();
  });

  test('an endless loop is a failed estimate, and a call out of time', async () => {
    const endless = request(maker, callData('endless()'));
    let now = 0;
    const queries = openQueries(chain.database, { timeLimit: 10, monotonic: () => now++ });
    expect(await errorOf(queries.estimateQuota(endless))).toBe('estimate quota failed');
    expect(
      await errorOf(openQueries(chain.database, { timeLimit: 1, monotonic: () => now++ }).call(endless)),
    ).toBe('Call Error gave up: out of time');
  });

  test('a call creates at twenty zero bytes and answers nothing', async () => {
    const { Token = '' } = compile();
    const { value } = await openQueries(chain.database).call(request(new Uint8Array(20), fromHex(Token)));
    expect(value).toEqual(new Uint8Array(0));
  });

  test('before genesis there is no state', async () => {
    const queries = openQueries(openChain().database);
    expect(await errorOf(queries.call(request(token, callData('refuse()'))))).toContain("Couldn't find");
    expect(await errorOf(queries.getCode({ address: token }))).toBe('Not get the bytecode');
    expect(await errorOf(queries.estimateQuota(request(token, callData('refuse()'))))).toBe(
      'estimate quota failed',
    );
  });
});
