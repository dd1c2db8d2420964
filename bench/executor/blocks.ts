// Blocks of token transfers for bench/executor.ts, made without executing anything.

import { readFileSync } from 'node:fs';
import { keccak256 } from '@hexapod/crypto/keccak';
import { sm3 } from '@hexapod/crypto/sm3';
import { Block, BlockHeader, type RawTransaction } from '@hexapod/protocol/blockchain';
import { concatBytes, fromHex, Z32 } from '@hexapod/protocol/bytes';
import { genesisBlock } from '@hexapod/protocol/rules';

export const OWNER = new Uint8Array(20).fill(0xa1);
const EMPTY = new Uint8Array(0);
const VECTORS = new URL('../../docs/protocol/executor-vectors.json', import.meta.url);
/** An ERC-20 of solc 0.8.19, optimised: the one of the reference vectors. */
const TOKEN_CODE = fromHex(JSON.parse(readFileSync(VECTORS, 'utf8')).chain[0].blocks[1].receipts[0].tx.data);
/** Created by OWNER with nonce 0. */
export const TOKEN = fromHex('a24dc96c7cfd9e1c44d482f5fb78d118ff0c53f3');
const TRANSFER = fromHex('a9059cbb');
/** Accounts funded by one block. */
const FUNDED_AT_ONCE = 3000;

export const account = (index: number): Uint8Array =>
  keccak256(new TextEncoder().encode(`account ${index}`)).slice(12);

function word(value: Uint8Array | number): Uint8Array {
  const bytes = new Uint8Array(32);
  if (typeof value === 'number') new DataView(bytes.buffer).setUint32(28, value);
  else bytes.set(value, 32 - value.length);
  return bytes;
}

export interface BenchSize {
  /** Transfers in a block. */
  readonly transactions: number;
  /** Blocks of transfers. */
  readonly blocks: number;
  /** Accounts that hold tokens; each sends in turn. */
  readonly accounts: number;
}

export interface EncodedBlocks {
  /** Genesis, the token, every account funded. */
  readonly setUp: readonly Uint8Array[];
  readonly transfers: readonly Uint8Array[];
}

/** A chain of blocks that nobody has executed yet. */
export class BlockMaker {
  #prevhash: Uint8Array = Z32;
  #height = 0n;
  #serial = 0;

  genesis(): Block {
    return this.#made(genesisBlock({ timestamp: 1_700_000_000_000n, prevhash: Z32 }));
  }

  /** The block that creates the token, with all of it in OWNER's hand. */
  token(): Block {
    return this.next([this.transaction(OWNER, EMPTY, TOKEN_CODE)]);
  }

  next(transactions: readonly RawTransaction[]): Block {
    const header = {
      prevhash: this.#prevhash,
      timestamp: 1_700_000_000_000n + this.#height * 1000n,
      height: this.#height,
      transactionsRoot: Z32,
      proposer: new Uint8Array(20).fill(0x1f),
    };
    return this.#made(Block.create({ header, body: { body: [...transactions] } }));
  }

  transaction(from: Uint8Array, to: Uint8Array, data: Uint8Array): RawTransaction {
    const serial = word(this.#serial++);
    const transaction = {
      version: 0,
      to,
      nonce: String(this.#serial),
      quota: 3_000_000n,
      validUntilBlock: 100n,
      data,
      value: Z32,
      chainId: Z32,
    };
    const witness = { signature: new Uint8Array(128), sender: from };
    return { tx: { case: 'normalTx', value: { transaction, transactionHash: keccak256(serial), witness } } };
  }

  transfer(from: Uint8Array, to: Uint8Array, value: number): RawTransaction {
    return this.transaction(from, TOKEN, concatBytes(TRANSFER, word(to), word(value)));
  }

  #made(block: Block): Block {
    if (block.header === undefined) throw new Error('a block without header');
    this.#prevhash = sm3(BlockHeader.encode(block.header));
    this.#height = block.header.height + 1n;
    return block;
  }
}

export function makeBlocks({ transactions, blocks, accounts }: BenchSize): EncodedBlocks {
  const maker = new BlockMaker();
  const setUp = [maker.genesis(), maker.token()];
  for (let first = 0; first < accounts; first += FUNDED_AT_ONCE) {
    const count = Math.min(FUNDED_AT_ONCE, accounts - first);
    const fund = (_: unknown, i: number) => maker.transfer(OWNER, account(first + i), 1_000_000);
    setUp.push(maker.next(Array.from({ length: count }, fund)));
  }
  let turn = 0;
  const transfers = Array.from({ length: blocks }, () =>
    maker.next(
      Array.from({ length: transactions }, () => {
        const sender = turn++;
        const receiver = (sender * 7919 + 13) % accounts;
        return maker.transfer(account(sender % accounts), account(receiver), 1 + (sender % 5));
      }),
    ),
  );
  return { setUp: setUp.map(Block.encode), transfers: transfers.map(Block.encode) };
}
