// Waits until a normal transaction is executed. Utxo transactions have no receipt (docs/protocol/executor.md 10.1).

import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import { toHex } from '@hexapod/protocol/bytes';
import type { Receipt } from '@hexapod/protocol/evm';
import type { ChainClient } from './chain-client.ts';
import { type PollOptions, poll } from './poll.ts';

/** A transaction that failed has a receipt, too: see `errorMessage`. Throws ClientError when the time is over. */
export function waitForReceipt(
  { evm }: Pick<ChainClient, 'evm'>,
  hash: Uint8Array,
  options: PollOptions = {},
): Promise<Receipt> {
  const ask = async (): Promise<Receipt | undefined> => {
    try {
      return await evm.getTransactionReceipt({ hash });
    } catch (error) {
      if (error instanceof RpcError && error.grpcCode === GrpcStatus.INVALID_ARGUMENT) return undefined;
      throw error;
    }
  };
  return poll(`transaction 0x${toHex(hash)} has no receipt`, ask, options);
}
