// Waits until a transaction stands in a block.

import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import { toHex } from '@hexapod/protocol/bytes';
import type { ChainClient } from './chain-client.ts';
import { type PollOptions, poll } from './poll.ts';

export interface TransactionPlace {
  readonly height: bigint;
  /** Among all transactions of the block. */
  readonly index: bigint;
}

/** Where the transaction is; undefined while it is in no block. */
export async function findTransaction(
  { controller }: Pick<ChainClient, 'controller'>,
  hash: Uint8Array,
): Promise<TransactionPlace | undefined> {
  try {
    const [{ blockNumber }, { txIndex }] = await Promise.all([
      controller.getTransactionBlockNumber({ hash }),
      controller.getTransactionIndex({ hash }),
    ]);
    return { height: blockNumber, index: txIndex };
  } catch (error) {
    // NoTxHeight or NoTxIndex (docs/protocol/controller.md 10).
    if (error instanceof RpcError && error.grpcCode === GrpcStatus.INVALID_ARGUMENT) return undefined;
    throw error;
  }
}

/** Normal and utxo transactions alike. Throws ClientError when the time is over. */
export function waitForTransaction(
  chain: Pick<ChainClient, 'controller'>,
  hash: Uint8Array,
  options: PollOptions = {},
): Promise<TransactionPlace> {
  return poll(`transaction 0x${toHex(hash)} is in no block`, () => findTransaction(chain, hash), options);
}
