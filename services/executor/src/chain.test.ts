import { keccak256 } from '@hexapod/crypto/keccak';
import type { Block, BlockHeader } from '@hexapod/protocol/blockchain';
import { toHex, Z32 } from '@hexapod/protocol/bytes';
import { genesisBlock } from '@hexapod/protocol/rules';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { describe, expect, test } from 'vitest';
import { GENESIS_TIME, openChain, rawTransaction, SENDER, TestChain } from '../test/chain-in-memory.ts';
import { MemoryDatabase } from '../test/memory-database.ts';

const EMPTY_STATE = '56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';
const NOTHING = new Uint8Array(0);

async function codeOf(chain: TestChain['chain'], block: Block): Promise<Code> {
  try {
    return (await chain.exec(block)).code;
  } catch (error) {
    if (error instanceof StatusError) return error.code;
    throw error;
  }
}

function withHeader(block: Block, change: Partial<BlockHeader>): Block {
  if (block.header === undefined) throw new Error('no header');
  return { ...block, header: { ...block.header, ...change } };
}

describe('Exec by height (docs/protocol/executor.md 3.2)', () => {
  const genesis = genesisBlock({ timestamp: GENESIS_TIME, prevhash: Z32 });

  test('genesis, and again', async () => {
    const { chain } = openChain();
    expect(await chain.exec(genesis)).toMatchObject({ code: Code.Success });
    const again = await chain.exec(genesis);
    expect(again.code).toBe(Code.ReenterBlock);
    expect(toHex(again.stateRoot ?? NOTHING)).toBe(EMPTY_STATE);
    expect(await codeOf(chain, withHeader(genesis, { timestamp: 1n }))).toBe(Code.ReenterInvalidBlock);
  });

  test('nothing before genesis', async () => {
    const { chain } = openChain();
    const block = withHeader(genesis, { height: 1n, proposer: SENDER });
    expect(await codeOf(chain, block)).toBe(Code.ProposalTooHigh);
    expect(chain.head).toBeUndefined();
  });

  test('a genesis with timestamp 0 is not executed a second time', async () => {
    const { chain } = openChain();
    const early = withHeader(genesis, { timestamp: 0n });
    expect(await codeOf(chain, early)).toBe(Code.Success);
    expect(await codeOf(chain, early)).toBe(Code.ReenterBlock);
  });

  test('the next block, older blocks, blocks too high, a block of another chain', async () => {
    const test = await TestChain.start();
    const first = test.block([{ to: SENDER }]);
    const { record } = await test.execute(first);
    expect(toHex(record.stateRoot)).not.toBe(EMPTY_STATE);
    const second = test.block();
    await test.execute(second);
    const third = test.block();

    const older = await test.chain.exec(first);
    expect(older).toMatchObject({ code: Code.ReenterBlock, stateRoot: record.stateRoot });
    const otherRoot = await test.chain.exec(
      withHeader(first, { transactionsRoot: new Uint8Array(32).fill(1) }),
    );
    expect(otherRoot).toMatchObject({ code: Code.ReenterInvalidBlock, stateRoot: record.stateRoot });
    expect(await codeOf(test.chain, { ...first, version: 1 })).toBe(Code.ReenterInvalidBlock);
    // What a block carries besides its header does not count.
    expect(await codeOf(test.chain, { ...first, proof: SENDER, stateRoot: SENDER })).toBe(Code.ReenterBlock);

    expect(await codeOf(test.chain, withHeader(third, { height: 4n }))).toBe(Code.ProposalTooHigh);
    expect(await codeOf(test.chain, withHeader(third, { height: 2n ** 64n - 1n }))).toBe(
      Code.ProposalTooHigh,
    );
    expect(await codeOf(test.chain, withHeader(third, { prevhash: Z32 }))).toBe(Code.BlockCheckError);
    expect(await codeOf(test.chain, third)).toBe(Code.Success);
  });

  test('goes on where it stopped', async () => {
    const test = await TestChain.start({ hash: keccak256 });
    await test.run({ to: SENDER });
    const { chain } = openChain({ database: test.database, hash: keccak256 });
    expect(chain.head?.height).toBe(1n);
    expect(await codeOf(chain, test.block())).toBe(Code.Success);
    expect(chain.head?.height).toBe(2n);
  });
});

describe('blocks that cannot be executed', () => {
  const raw = rawTransaction({ to: SENDER }, Z32);
  if (raw.tx?.case !== 'normalTx' || raw.tx.value.transaction === undefined)
    throw new Error('no transaction');
  const { value } = raw.tx;
  const { transaction } = raw.tx.value;
  const normal = (change: Partial<typeof value>) =>
    ({ tx: { case: 'normalTx', value: { ...value, ...change } } }) as const;
  const inner = (change: Partial<typeof transaction>) =>
    normal({ transaction: { ...transaction, ...change } });

  test.each([
    ['no header', { header: undefined }, Code.NoneBlockHeader],
    ['a transaction of no kind', { body: { body: [{}] } }, Code.NoneBlockBody],
    ['no inner transaction', { body: { body: [normal({ transaction: undefined })] } }, Code.NoneTransaction],
    ['no witness', { body: { body: [normal({ witness: undefined })] } }, Code.NoneWitness],
    ['a short hash', { body: { body: [normal({ transactionHash: SENDER })] } }, Code.HashLenError],
    ['to of 19 bytes', { body: { body: [inner({ to: SENDER.subarray(1) })] } }, Code.InvalidTo],
    ['a value of 33 bytes', { body: { body: [inner({ value: new Uint8Array(33) })] } }, Code.InvalidValue],
    [
      'a sender of 21 bytes',
      { body: { body: [normal({ witness: { signature: NOTHING, sender: new Uint8Array(21) } })] } },
      Code.ProvideAddressError,
    ],
  ] as const)('%s', async (_name, change, code) => {
    const test = await TestChain.start();
    const block: Block = { ...test.block(), ...change };
    expect(await codeOf(test.chain, block)).toBe(code);
    expect(test.chain.head?.height).toBe(0n);
  });

  test.each([
    ['prevhash', { prevhash: new Uint8Array(31) }, Code.HashLenError],
    ['transactions_root', { transactionsRoot: new Uint8Array(33) }, Code.HashLenError],
    ['proposer', { proposer: new Uint8Array(32) }, Code.ProvideAddressError],
    ['no proposer', { proposer: NOTHING }, Code.ProvideAddressError],
  ] as const)('a header with %s of wrong length', async (_name, change, code) => {
    const test = await TestChain.start();
    expect(await codeOf(test.chain, withHeader(test.block(), change))).toBe(code);
    expect(test.chain.head?.height).toBe(0n);
  });

  test('an absent body is an empty one', async () => {
    const test = await TestChain.start();
    expect(await codeOf(test.chain, { ...test.block(), body: undefined })).toBe(Code.Success);
  });
});

test('when the database refuses, nothing has happened', async () => {
  const database = new MemoryDatabase();
  const test = await TestChain.start({ database });
  const block = test.block([{ to: SENDER }]);
  const rows = new Map(database.rows);
  database.failure = new Error('disk full');
  await expect(test.chain.exec(block)).rejects.toThrow('disk full');
  expect(test.chain.head?.height).toBe(0n);
  expect(database.rows).toEqual(rows);
  database.failure = undefined;
  const { receipts } = await test.execute(block);
  expect(receipts.length).toBe(1);
});
