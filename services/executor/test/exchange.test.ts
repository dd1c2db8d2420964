/** A factory of pairs as Uniswap's second version has them: liquidity, swaps, loans, the product that never shrinks. */
import { toHex } from '@hexapod/protocol/bytes';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { encode } from './abi.ts';
import { GENESIS_TIME, SENDER, TestChain } from './chain-in-memory.ts';
import { ContractClient, callData, eventsOf, failureOf } from './contract-client.ts';
import { contractOf, signatureHash, useContracts } from './solidity.ts';

await useContracts('Exchange.sol');

const TRADER = new Uint8Array(20).fill(0xb2);
const trader = toHex(TRADER);
const REVERTED = 'Reverted.';
const MINT = 'Mint(address indexed,uint256,uint256)';
const BURN = 'Burn(address indexed,uint256,uint256,address indexed)';
const SWAP = 'Swap(address indexed,uint256,uint256,uint256,uint256,address indexed)';
const SYNC = 'Sync(uint112,uint112)';
const SWAP_CALL = 'swap(uint256,uint256,address,bytes)';
const MILLION = 10n ** 6n;

let chain: TestChain;
let factory: ContractClient;
let coin0: ContractClient;
let coin1: ContractClient;
let pair: ContractClient;

/** What comes out for what goes in, at a fee of 0.3 %. */
const outputOf = (amount: bigint, from: bigint, to: bigint): bigint =>
  (amount * 997n * to) / (from * 1000n + amount * 997n);

async function reserves(): Promise<[bigint, bigint]> {
  const [reserve0, reserve1] = await pair.call('reserves()', [], ['uint112', 'uint112', 'uint32']);
  return [reserve0 as bigint, reserve1 as bigint];
}

async function product(): Promise<bigint> {
  const [reserve0, reserve1] = await reserves();
  return reserve0 * reserve1;
}

const send = (coin: ContractClient, amount: bigint, from: Uint8Array = SENDER) =>
  coin.send('transfer(address,uint256)', [pair.address, amount], { from });

beforeAll(async () => {
  chain = await TestChain.start();
  factory = await ContractClient.deploy(chain, 'Factory');
  const coins = [];
  for (let i = 0; i < 2; i++) {
    const coin = await ContractClient.deploy(chain, 'Coin');
    for (const owner of [SENDER, TRADER]) await coin.send('mint(address,uint256)', [owner, 1000n * MILLION]);
    coins.push(coin);
  }
  const [first, second] = coins.sort((a, b) => (toHex(a.address) < toHex(b.address) ? -1 : 1));
  if (first === undefined || second === undefined) throw new Error('no coins');
  [coin0, coin1] = [first, second];
});

describe('the factory', () => {
  const CREATED = 'PairCreated(address indexed,address indexed,address,uint256)';

  test('makes a pair at the address that CREATE2 promises, whatever the order of the tokens', async () => {
    const sent = await factory.send('createPair(address,address)', [coin1.address, coin0.address]);
    const salt = keccak_256(Uint8Array.from([...coin0.address, ...coin1.address]));
    const preimage = [0xff, ...factory.address, ...salt, ...keccak_256(contractOf('Pair').bytecode)];
    const address = keccak_256(Uint8Array.from(preimage)).subarray(12);
    expect(eventsOf(sent, CREATED)[0]?.args).toEqual([
      toHex(coin0.address),
      toHex(coin1.address),
      toHex(address),
      1n,
    ]);
    const pairOf = [coin0.address, coin1.address];
    expect(await factory.read('pairOf(address,address)', pairOf, 'address')).toBe(toHex(address));
    pair = new ContractClient(chain, address, 'Pair');
    expect(await pair.read('token0()', [], 'address')).toBe(toHex(coin0.address));
  });

  test('makes it once, and not of one token', async () => {
    const create = 'createPair(address,address)';
    expect((await factory.send(create, [coin0.address, coin1.address])).error).toBe(REVERTED);
    expect((await factory.send(create, [coin0.address, coin0.address])).error).toBe(REVERTED);
    const reasonOf = (args: readonly Uint8Array[]) =>
      failureOf(callData(chain, factory.address, factory.callData(create, args)));
    expect(await reasonOf([coin1.address, coin0.address])).toBe('Reverted: Factory: pair exists');
    expect(await reasonOf([coin0.address, coin0.address])).toBe('Reverted: Factory: one token');
  });
});

describe('the pair', () => {
  test('liquidity is minted: the root of the product, then in proportion', async () => {
    await send(coin0, 4n * MILLION);
    await send(coin1, 9n * MILLION);
    const first = await pair.send('mint(address)', [SENDER]);
    expect(eventsOf(first, MINT, SYNC).map(({ args }) => args)).toEqual([
      [4n * MILLION, 9n * MILLION],
      [toHex(SENDER), 4n * MILLION, 9n * MILLION],
    ]);
    expect(await pair.read('balanceOf(address)', [SENDER])).toBe(6n * MILLION - 1000n);
    await send(coin0, 400n, TRADER);
    await send(coin1, 900n, TRADER);
    await pair.send('mint(address)', [TRADER], { from: TRADER });
    expect(await pair.read('balanceOf(address)', [TRADER])).toBe(600n);
    expect(await pair.read('totalSupply()')).toBe(6n * MILLION + 600n);
  });

  test('without tokens there is no liquidity', async () => {
    expect((await pair.send('mint(address)', [SENDER])).error).toBe(REVERTED);
    expect((await pair.send('burn(address)', [SENDER])).error).toBe(REVERTED);
  });

  test('a swap gives as much as the product allows, and not one more', async () => {
    const [reserve0, reserve1] = await reserves();
    const amount = 100_000n;
    const output = outputOf(amount, reserve0, reserve1);
    const before = await product();
    await send(coin0, amount, TRADER);
    const tooMuch = await pair.send(SWAP_CALL, [0n, output + 1n, TRADER, ''], { from: TRADER });
    expect(tooMuch.error).toBe(REVERTED);
    const sent = await pair.send(SWAP_CALL, [0n, output, TRADER, ''], { from: TRADER });
    expect(eventsOf(sent, SWAP)[0]?.args).toEqual([trader, amount, 0n, 0n, output, trader]);
    expect(await reserves()).toEqual([reserve0 + amount, reserve1 - output]);
    expect(await product()).toBeGreaterThanOrEqual(before);
  });

  test('asked for too much, it says what is missing', async () => {
    const [reserve0] = await reserves();
    const data = pair.callData(SWAP_CALL, [reserve0, 0n, TRADER, '']);
    const error = signatureHash('TooLittleInside(uint256,uint256)').slice(0, 8);
    const args = toHex(encode(['uint256', 'uint256'], [reserve0, reserve0]));
    expect(toHex(await callData(chain, pair.address, data))).toBe(error + args);
  });

  test('two hundred swaps: the product only grows, nothing is lost', async () => {
    let seed = 12345;
    const random = (limit: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % limit;
    };
    let last = await product();
    for (let round = 0; round < 20; round++) {
      let [reserve0, reserve1] = await reserves();
      const transactions = [];
      for (let i = 0; i < 10; i++) {
        const amount = BigInt(1000 + random(300_000));
        const takesOne = random(2) === 0;
        const output = takesOne ? outputOf(amount, reserve0, reserve1) : outputOf(amount, reserve1, reserve0);
        const coin = takesOne ? coin0 : coin1;
        const paying = coin.callData('transfer(address,uint256)', [pair.address, amount]);
        const outputs = takesOne ? [0n, output] : [output, 0n];
        transactions.push({ from: TRADER, to: coin.address, data: paying });
        transactions.push({
          from: TRADER,
          to: pair.address,
          data: pair.callData(SWAP_CALL, [...outputs, TRADER, '']),
        });
        reserve0 += takesOne ? amount : -output;
        reserve1 += takesOne ? -output : amount;
      }
      const { receipts } = await chain.run(...transactions);
      expect(receipts.every(({ error }) => error === undefined)).toBe(true);
      expect(await reserves()).toEqual([reserve0, reserve1]);
      const now = await product();
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
    for (const [coin, reserve] of [
      [coin0, (await reserves())[0]],
      [coin1, (await reserves())[1]],
    ] as const) {
      expect(await coin.read('balanceOf(address)', [pair.address])).toBe(reserve);
    }
  });

  test('a loan is paid back with its fee, or was never given; nobody enters twice', async () => {
    const borrower = await ContractClient.deploy(chain, 'Trader');
    await coin0.send('transfer(address,uint256)', [borrower.address, 100_000n]);
    const loan = (kind: number) =>
      pair.send(SWAP_CALL, [1_000_000n, 0n, borrower.address, encode(['uint256'], [kind])]);
    const before = await reserves();
    expect((await loan(1)).error).toBe(REVERTED);
    expect((await loan(2)).error).toBe(REVERTED);
    expect(await reserves()).toEqual(before);
    const sent = await loan(0);
    expect(sent.error).toBe('');
    expect(eventsOf(sent, SWAP)[0]?.args.slice(1, 5)).toEqual([1_003_010n, 0n, 1_000_000n, 0n]);
    expect(await product()).toBeGreaterThan(before[0] * before[1]);
  });

  test('liquidity is burned for its part of both tokens', async () => {
    const [reserve0, reserve1] = await reserves();
    const supply = (await pair.read('totalSupply()')) as bigint;
    const liquidity = (await pair.read('balanceOf(address)', [SENDER])) as bigint;
    await send(pair, liquidity);
    const sent = await pair.send('burn(address)', [TRADER]);
    const amounts = [(liquidity * reserve0) / supply, (liquidity * reserve1) / supply];
    expect(eventsOf(sent, BURN)[0]?.args).toEqual([toHex(SENDER), ...amounts, trader]);
    expect(await pair.read('totalSupply()')).toBe(supply - liquidity);
    // Who minted 600 shares and the locked 1000 have the rest.
    expect(await pair.read('totalSupply()')).toBe(1600n);
  });

  test('its prices are accumulated over milliseconds, not seconds', async () => {
    const [, , changedAt] = await pair.call('reserves()', [], ['uint112', 'uint112', 'uint32']);
    const height = chain.chain.head?.height ?? 0n;
    expect(changedAt).toBe((GENESIS_TIME + 3000n * height) % 2n ** 32n);
    expect(await pair.read('cumulativePrice0()')).toBeGreaterThan(0n);
  });
});
