/**
 * Base quota and the reserved addresses, seen through blocks and receipts (docs/protocol/executor.md 4.1, 4.2, 4.5,
 * 14).
 */
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import { describe, expect, test } from 'vitest';
import type { StoredReceipt } from '../src/block/receipt-store.ts';
import { assemble, deployer } from './assemble.ts';
import { openQueries, SENDER, type SimpleTransaction, TestChain } from './chain-in-memory.ts';

const STORE = fromHex('ffffffffffffffffffffffffffffffffff010000');
const SET_ABI = fromHex('ffffffffffffffffffffffffffffffffff010001');
const AMEND = fromHex('ffffffffffffffffffffffffffffffffff010002');
const OTHER = new Uint8Array(20).fill(0xb2);
const NOTHING = new Uint8Array(0);

const NOT_ENOUGH = 0;
const MALFORMED = 9;
const INTERNAL = 15;

async function receiptOf(chain: TestChain, transaction: SimpleTransaction): Promise<StoredReceipt> {
  const [receipt] = (await chain.run(transaction)).receipts;
  if (receipt === undefined) throw new Error('no receipt');
  return receipt;
}

async function nonceOf(chain: TestChain, address: Uint8Array): Promise<number> {
  const { nonce } = await openQueries(chain.database).getTransactionCount({ address });
  return Number(`0x${toHex(nonce)}`);
}

describe('base quota', () => {
  const ten = new Uint8Array(10);

  test.each([
    ['a call', { to: OTHER }, 21_000n],
    ['a creation', {}, 53_000n],
    ['data is free up to version 2', { to: OTHER, data: ten, version: 2 }, 21_000n],
    ['data costs 68 a byte, zero or not, from version 3 on', { to: OTHER, data: ten, version: 3 }, 21_680n],
  ])('%s', async (_name, transaction, quota) => {
    const chain = await TestChain.start();
    expect(await receiptOf(chain, { ...transaction, quota })).toMatchObject({
      error: undefined,
      quotaUsed: quota,
    });
    expect(await receiptOf(chain, { ...transaction, quota: quota - 1n })).toMatchObject({
      error: NOT_ENOUGH,
      quotaUsed: 0n,
    });
    expect(await nonceOf(chain, SENDER), 'the nonce counts all the same').toBe(2);
  });

  test('the zero sender is refused like others', async () => {
    const chain = await TestChain.start();
    const transaction = { from: new Uint8Array(20), to: OTHER, quota: 20_999n };
    expect(await receiptOf(chain, transaction)).toMatchObject({ error: NOT_ENOUGH, quotaUsed: 0n });
  });
});

describe('store', () => {
  const data = new Uint8Array(10);

  test('pays 200 a byte and leaves nothing but the nonce', async () => {
    const chain = await TestChain.start();
    expect(await receiptOf(chain, { to: STORE, data, quota: 23_000n })).toMatchObject({
      error: undefined,
      quotaUsed: 23_000n,
      logs: [],
      contractAddress: 0,
    });
    expect(await receiptOf(chain, { to: STORE, data, quota: 22_999n })).toMatchObject({
      error: NOT_ENOUGH,
      quotaUsed: 0n,
    });
  });
});

describe('set ABI', () => {
  const abiOf = async (chain: TestChain, address: Uint8Array): Promise<string> =>
    toHex((await openQueries(chain.database).getAbi({ address })).bytesAbi);

  test('anybody can set it, of any account that exists', async () => {
    const chain = await TestChain.start();
    const contract = await chain.deploy(deployer(assemble('STOP')));
    const data = Uint8Array.from([...contract, 1, 2, 3]);
    expect(await receiptOf(chain, { from: OTHER, to: SET_ABI, data })).toMatchObject({
      error: undefined,
      quotaUsed: 21_000n + 200n * 23n,
    });
    expect(await abiOf(chain, contract)).toBe('010203');
    expect(await receiptOf(chain, { to: SET_ABI, data: Uint8Array.from([...SENDER, 9]) })).toMatchObject({
      error: undefined,
    });
    expect(await abiOf(chain, SENDER)).toBe('09');
  });

  test.each([
    ['an account that does not exist', Uint8Array.from([...OTHER, 1])],
    ['no ABI', SENDER],
    ['no data', NOTHING],
  ])('%s is malformed', async (_name, data) => {
    const chain = await TestChain.start();
    expect(await receiptOf(chain, { to: SET_ABI, data })).toMatchObject({ error: MALFORMED, quotaUsed: 0n });
  });

  test('stays even if it cannot be paid for', async () => {
    const chain = await TestChain.start();
    const data = Uint8Array.from([...SENDER, 7]);
    expect(await receiptOf(chain, { to: SET_ABI, data, quota: 21_000n })).toMatchObject({
      error: NOT_ENOUGH,
      quotaUsed: 0n,
    });
    expect(await abiOf(chain, SENDER)).toBe('07');
  });
});

describe('amend', () => {
  test('fails and takes its quota; the chain goes on', async () => {
    const chain = await TestChain.start();
    expect(await receiptOf(chain, { to: AMEND, quota: 100_000n })).toMatchObject({
      error: INTERNAL,
      quotaUsed: 100_000n,
    });
    expect(await nonceOf(chain, SENDER)).toBe(1);
    expect(await receiptOf(chain, { to: OTHER })).toMatchObject({ error: undefined });
  });
});

test('a call to twenty zero bytes is a call, and creates nothing', async () => {
  const chain = await TestChain.start();
  expect(await receiptOf(chain, { to: new Uint8Array(20), quota: 21_000n })).toMatchObject({
    error: undefined,
    quotaUsed: 21_000n,
    contractAddress: 0,
  });
});

test('a refund is at most half of what was spent', async () => {
  const chain = await TestChain.start();
  // Deployed with slot 0 set; each call clears it.
  const init = assemble('1 0 SSTORE');
  const contract = await chain.deploy(
    Uint8Array.from([...init, ...deployer(assemble('0 0 SSTORE'), init.length)]),
  );
  const spent = 21_000n + 6n + 5000n;
  expect((await receiptOf(chain, { to: contract })).quotaUsed).toBe(spent - spent / 2n);
});
