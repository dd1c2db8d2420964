// Which transactions may enter the pool, a proposal or a block: the tables of docs/protocol/controller.md 6.1 to 6.3, row by
// row, first failure wins. Pure; signatures are checked elsewhere (signatures.ts).

import {
  type RawTransaction,
  Transaction,
  type UnverifiedTransaction,
  type UnverifiedUtxoTransaction,
  UtxoTransaction,
} from '@hexapod/protocol/blockchain';
import { equalBytes } from '@hexapod/protocol/bytes';
import { Code } from '@hexapod/protocol/status-code';
import { type HashKey, hashKey } from './hash-key.ts';
import { ADDRESS_LENGTH, lockName, type SystemConfig } from './system-config.ts';
import type { ChainTransaction } from './transaction.ts';

const MAX_NONCE_BYTES = 128;
const VALUE_LENGTH = 32;

/** What the rules compare a transaction with. */
export interface ChainView {
  /** Height of the last finalized block. */
  readonly height: bigint;
  readonly config: SystemConfig;
  inHistory(key: HashKey): boolean;
}

/** What the suite of the chain says about lengths and hashes. */
export interface FormRules {
  readonly hashLength: number;
  readonly signatureLength: number;
  /** Absent where the suite is not known to us: then the crypto process checks the hash alone. */
  hash?(data: Uint8Array): Uint8Array;
}

/** Rows 1 to 11 (normal) and 1 to 5 (utxo), in their order. An unset oneof is `unset`: 6.1 and 6.2 name it differently. */
export function checkAgainstChain(raw: RawTransaction, chain: ChainView, unset: Code): Code {
  if (raw.tx === undefined) return unset;
  return raw.tx.case === 'normalTx' ? checkNormal(raw.tx.value, chain) : checkUtxo(raw.tx.value, chain);
}

function checkNormal(tx: UnverifiedTransaction, chain: ChainView): Code {
  const { config, height } = chain;
  if (tx.witness === undefined) return Code.NoneWitness;
  if (config.emergencyBrake) return Code.EmergencyBrake;
  const inner = tx.transaction;
  if (inner === undefined) return Code.NoneTransaction;
  if (inner.version !== config.version) return Code.InvalidVersion;
  if (inner.to.length !== 0 && inner.to.length !== ADDRESS_LENGTH) return Code.InvalidTo;
  if (Buffer.byteLength(inner.nonce) > MAX_NONCE_BYTES) return Code.InvalidNonce;
  if (!isInWindow(inner.validUntilBlock, height, config.blockLimit)) return Code.InvalidValidUntilBlock;
  if (inner.value.length !== VALUE_LENGTH) return Code.InvalidValue;
  if (!equalBytes(inner.chainId, config.chainId)) return Code.InvalidChainId;
  if (inner.quota > config.quotaLimit) return Code.QuotaUsedExceed;
  if (chain.inHistory(hashKey(tx.transactionHash))) return Code.HistoryDupTx;
  return Code.Success;
}

function checkUtxo(tx: UnverifiedUtxoTransaction, { config }: ChainView): Code {
  const [witness] = tx.witnesses;
  if (witness === undefined || tx.witnesses.length !== 1) return Code.InvalidWitness;
  if (!equalBytes(witness.sender, config.admin)) return Code.AdminCheckError;
  const inner = tx.transaction;
  if (inner === undefined) return Code.NoneUtxo;
  if (inner.version !== config.version) return Code.InvalidVersion;
  const name = lockName(inner.lockId);
  if (name === undefined) return Code.InvalidLockId;
  if (!equalBytes(inner.preTxHash, config.previousHashes[name])) return Code.InvalidPreHash;
  return Code.Success;
}

/** `validUntil` counted from `height`, the last finalized block: after it and at most `blockLimit` after it. */
function isInWindow(validUntil: bigint, height: bigint, blockLimit: bigint): boolean {
  return validUntil > height && validUntil <= height + blockLimit;
}

/**
 * What CheckTransactions of the crypto process looks at before it checks a signature: presence, lengths, the hash
 * (rows 12 to 15; docs/protocol/controller.md 6.2 step 1).
 */
export function checkForm(raw: RawTransaction, rules: FormRules): Code {
  const { tx } = raw;
  if (tx === undefined) return Code.NoneRawTx;
  if (tx.case === 'normalTx') {
    const { witness, transaction, transactionHash } = tx.value;
    if (witness === undefined) return Code.NoneWitness;
    if (transaction === undefined) return Code.NoneTransaction;
    return checkHash(transactionHash, witness.signature, rules, () => Transaction.encode(transaction));
  }
  const { witnesses, transaction, transactionHash } = tx.value;
  const [witness] = witnesses;
  if (witness === undefined || witnesses.length !== 1) return Code.InvalidWitness;
  if (transaction === undefined) return Code.NoneUtxo;
  return checkHash(transactionHash, witness.signature, rules, () => UtxoTransaction.encode(transaction));
}

function checkHash(
  hash: Uint8Array,
  signature: Uint8Array,
  rules: FormRules,
  content: () => Uint8Array,
): Code {
  if (hash.length !== rules.hashLength) return Code.HashLenError;
  if (rules.hash !== undefined && !equalBytes(rules.hash(content()), hash)) return Code.HashCheckError;
  return signature.length === rules.signatureLength ? Code.Success : Code.SigLenError;
}

/**
 * The rows that can change their answer while a transaction waits in the pool. All others were passed for good when it
 * entered.
 */
export function checkAgain(tx: ChainTransaction, { config, height, inHistory }: ChainView): Code {
  if (tx.kind === 'utxo') {
    if (!equalBytes(tx.sender, config.admin)) return Code.AdminCheckError;
    if (tx.version !== config.version) return Code.InvalidVersion;
    const name = lockName(tx.lockId);
    if (name === undefined) return Code.InvalidLockId;
    return equalBytes(tx.preTxHash, config.previousHashes[name]) ? Code.Success : Code.InvalidPreHash;
  }
  if (config.emergencyBrake) return Code.EmergencyBrake;
  if (tx.version !== config.version) return Code.InvalidVersion;
  if (!isInWindow(tx.validUntilBlock, height, config.blockLimit)) return Code.InvalidValidUntilBlock;
  if (tx.quota > config.quotaLimit) return Code.QuotaUsedExceed;
  return inHistory(tx.key) ? Code.HistoryDupTx : Code.Success;
}
