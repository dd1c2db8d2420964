// Blocks for the tests.

import type { Block, RawTransaction } from '@hexapod/protocol/blockchain';
import { Z20, Z32 } from '@hexapod/protocol/bytes';

export const hash32 = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

/** A transaction named by `fill`; with another `nonce` it is another one under the same name. */
export function transaction(fill: number, nonce = 'n'): RawTransaction {
  const value = {
    transaction: {
      version: 0,
      to: Z20,
      nonce,
      quota: 1n,
      validUntilBlock: 9n,
      data: new Uint8Array(fill),
      value: Z32,
      chainId: Z32,
    },
    transactionHash: hash32(fill),
    witness: undefined,
  };
  return { tx: { case: 'normalTx', value } };
}

/** Whole: header, body, proof, state root. */
export function block(
  height: bigint,
  transactions: readonly RawTransaction[],
  more: Partial<Block> = {},
): Block {
  return {
    version: 0,
    header: { prevhash: Z32, timestamp: 1n, height, transactionsRoot: Z32, proposer: Z20 },
    body: { body: [...transactions] },
    proof: Uint8Array.of(9, 9),
    stateRoot: hash32(7),
    ...more,
  };
}
