// A transaction as the controller keeps it: its canonical bytes and the few fields the rules look at. The bytes are what
// travels on (to crypto, executor, storage, other nodes); nothing is encoded twice.

import { RawTransaction } from '@hexapod/protocol/blockchain';
import { type HashKey, hashKey } from './hash-key.ts';

interface Common {
  /** PB(RawTransaction), canonical. This and all other fields are buffers of their own. */
  readonly bytes: Uint8Array;
  readonly hash: Uint8Array;
  readonly key: HashKey;
  readonly version: number;
}

interface NormalTransaction extends Common {
  readonly kind: 'normal';
  readonly quota: bigint;
  readonly validUntilBlock: bigint;
}

interface UtxoTransaction extends Common {
  readonly kind: 'utxo';
  readonly quota: 0n;
  readonly sender: Uint8Array;
  readonly lockId: bigint;
  readonly preTxHash: Uint8Array;
  readonly output: Uint8Array;
}

/** A transaction all of whose parts are present. */
export type ChainTransaction = NormalTransaction | UtxoTransaction;

/** A transaction of somebody else. */
export interface SentTransaction {
  readonly raw: RawTransaction;
  /** What it was read from, if that is canonical: a view into a larger message. */
  readonly canonical: Uint8Array | undefined;
}

/** Reads PB(RawTransaction). Throws DecodeError. */
export function sentTransaction(bytes: Uint8Array): SentTransaction {
  const { message, isCanonical } = RawTransaction.inspect(bytes);
  return { raw: message, canonical: isCanonical ? bytes : undefined };
}

/**
 * The record of a transaction, or undefined when a part is absent (`checkForm` of admission.ts says which). Without its
 * canonical bytes it is encoded anew.
 */
export function chainTransaction(raw: RawTransaction, canonical?: Uint8Array): ChainTransaction | undefined {
  const { tx } = raw;
  if (tx?.value.transaction === undefined) return undefined;
  const hash = tx.value.transactionHash.slice();
  const bytes = canonical?.slice() ?? RawTransaction.encode(raw);
  const common = { bytes, hash, key: hashKey(hash) };
  if (tx.case === 'normalTx') {
    const { version, quota, validUntilBlock } = tx.value.transaction;
    return { kind: 'normal', ...common, version, quota, validUntilBlock };
  }
  const { version, lockId, preTxHash, output } = tx.value.transaction;
  return {
    kind: 'utxo',
    ...common,
    quota: 0n,
    version,
    sender: tx.value.witnesses[0]?.sender.slice() ?? new Uint8Array(0),
    lockId,
    preTxHash: preTxHash.slice(),
    output: output.slice(),
  };
}

/** Same hash and same witness, to the byte: what was verified for one holds for the other. */
export function isSame(tx: ChainTransaction, bytes: Uint8Array): boolean {
  return Buffer.compare(tx.bytes, bytes) === 0;
}
