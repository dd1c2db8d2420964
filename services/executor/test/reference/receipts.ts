/** Receipts, their root, the internal header (docs/protocol/executor.md 8.1 to 8.3), error codes and texts (11). */
import type { BlockHeader } from '@hexapod/protocol/blockchain';
import { concatBytes } from '@hexapod/protocol/bytes';
import { keccak } from './hashing.ts';
import type { Log } from './machine.ts';
import { toBytes } from './numbers.ts';
import { rlpInteger, rlpList, rlpString } from './rlp.ts';
import type { Status } from './transaction.ts';

/** H: the chain's hash. */
export type Hash = (data: Uint8Array) => Uint8Array;

/** 11. */
export const ERRORS: Readonly<Record<Exclude<Status, 'success'>, readonly [code: number, text: string]>> = {
  NotEnoughBaseQuota: [0, 'Not enough base quota.'],
  TransactionMalformed: [9, 'Malformed transaction.'],
  OutOfGas: [10, 'Out of quota.'],
  InvalidJumpDestination: [11, "Jump position wasn't marked with JUMPDEST instruction."],
  InvalidOpcode: [12, 'Instruction is not supported.'],
  StackUnderflow: [13, 'Not enough stack elements to execute instruction.'],
  OutOfStack: [14, 'Execution would exceed defined Stack Limit.'],
  ContractAlreadyExist: [15, 'EVM internal error.'],
  Internal: [15, 'EVM internal error.'],
  MutableCallInStaticContext: [16, 'Mutable call in static context.'],
  OutOfBounds: [17, 'Out of bounds.'],
  reverted: [18, 'Reverted.'],
};

export interface ReceiptRecord {
  readonly cumulativeQuotaUsed: bigint;
  readonly logs: readonly Log[];
  readonly status: Status;
  readonly nonce: bigint;
  readonly transactionHash: Uint8Array;
}

/** Ethereum's bloom over addresses and topics: of each K, three pairs of bytes name a bit of 2048. */
export function bloomOf(logs: readonly Log[]): Uint8Array {
  let bits = 0n;
  for (const { address, topics } of logs) {
    for (const item of [toBytes(address, 20), ...topics.map((topic) => toBytes(topic, 32))]) {
      const view = new DataView(keccak(item).buffer);
      for (const pair of [0, 2, 4]) bits |= 1n << BigInt(view.getUint16(pair) % 2048);
    }
  }
  return toBytes(bits, 256);
}

/** 8.1. */
export function receiptRlp(receipt: ReceiptRecord): Uint8Array {
  const { cumulativeQuotaUsed, logs, status, nonce, transactionHash } = receipt;
  const logList = logs.map(({ address, topics, data }) =>
    rlpList([
      rlpString(toBytes(address, 20)),
      rlpList(topics.map((topic) => rlpString(toBytes(topic, 32)))),
      rlpString(data),
    ]),
  );
  return rlpList([
    rlpInteger(cumulativeQuotaUsed),
    rlpString(bloomOf(logs)),
    rlpList(logList),
    rlpList(status === 'success' ? [] : [rlpInteger(BigInt(ERRORS[status][0]))]),
    rlpInteger(nonce),
    rlpString(transactionHash),
  ]);
}

/** 8.2: of nodes j over 2j + 1 and 2j + 2, leaves last; two RLP strings without a list's header. */
export function receiptsRoot(leaves: readonly Uint8Array[], hash: Hash): Uint8Array {
  if (leaves.length === 0) return hash(Uint8Array.of(0x80));
  const node = (index: number): Uint8Array => {
    const leaf = leaves[index - (leaves.length - 1)];
    if (leaf !== undefined) return leaf;
    return hash(concatBytes(rlpString(node(2 * index + 1)), rlpString(node(2 * index + 2))));
  };
  return node(0);
}

export interface InternalHeader {
  readonly header: BlockHeader;
  /** Of the block message. */
  readonly version: number;
  readonly stateRoot: Uint8Array;
  readonly receiptsRoot: Uint8Array;
  readonly bloom: Uint8Array;
  readonly quotaUsed: bigint;
}

/** 8.3. */
export function internalHeaderRlp(internal: InternalHeader): Uint8Array {
  const { header } = internal;
  return rlpList([
    rlpString(header.prevhash),
    rlpString(internal.stateRoot),
    rlpString(header.transactionsRoot),
    rlpString(internal.receiptsRoot),
    rlpString(internal.bloom),
    rlpInteger(header.height),
    rlpInteger((1n << 64n) - 1n),
    rlpInteger(internal.quotaUsed),
    rlpInteger(header.timestamp),
    rlpInteger(BigInt(internal.version)),
    rlpString(new Uint8Array(0)),
    rlpString(header.proposer.subarray(0, 20)),
  ]);
}
