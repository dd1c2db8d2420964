/** A stored receipt as the wire has it (docs/protocol/executor.md 10.1). */
import type { Log as LogMessage, Receipt } from '@hexapod/protocol/evm';
import type { BlockRecord } from '../block/block-record.ts';
import { bloomOf } from '../block/bloom.ts';
import { errorText } from '../block/receipt-error.ts';
import type { FoundReceipt } from '../block/receipt-store.ts';
import { addressToBytes, normalize, wordToBytes } from '../evm/word.ts';

export function receiptMessage(
  { receipt, height, index }: FoundReceipt,
  block: BlockRecord,
  keccak: (data: Uint8Array) => Uint8Array,
): Receipt {
  const { transactionHash } = receipt;
  const transactionIndex = BigInt(index);
  const logs: LogMessage[] = receipt.logs.map(({ address, topics, data }, position) => ({
    address: addressToBytes(address),
    topics: topics.map(wordToBytes),
    data,
    // The internal hash here, the block's own below.
    blockHash: block.internalHash,
    blockNumber: height,
    transactionHash,
    transactionIndex,
    logIndex: BigInt(receipt.firstLogIndex + position),
    transactionLogIndex: BigInt(position),
  }));
  return {
    transactionHash,
    transactionIndex,
    blockHash: block.blockHash,
    blockNumber: height,
    cumulativeQuotaUsed: wordToBytes(normalize(receipt.cumulativeQuotaUsed)),
    quotaUsed: wordToBytes(normalize(receipt.quotaUsed)),
    contractAddress: addressToBytes(receipt.contractAddress),
    logs,
    stateRoot: block.stateRoot,
    logsBloom: bloomOf(receipt.logs, keccak),
    errorMessage: errorText(receipt.error),
  };
}
