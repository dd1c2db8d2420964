// How transactions enter the pool: one by one or in batches from users, in batches from other nodes, with a proposal
// (docs/protocol/controller.md 6, 7.4).

import type { StageTimers } from '@hexapod/common/stage-timers';
import type { RawTransaction } from '@hexapod/protocol/blockchain';
import { toHex } from '@hexapod/protocol/bytes';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import { checkAgain, checkAgainstChain, checkForm } from './admission.ts';
import type { Chain } from './chain.ts';
import type { ChainSuite } from './chain-suite.ts';
import type { ForwardBuffer } from './forward-buffer.ts';
import { Overloaded, TooLarge } from './overloaded.ts';
import type { Pool } from './pool.ts';
import type { SignatureChecks } from './signature-checks.ts';
import type { SignatureQueue } from './signature-queue.ts';
import { objection } from './system-config.ts';
import { type ChainTransaction, chainTransaction, isSame, type SentTransaction } from './transaction.ts';

export interface IntakeOptions {
  /** Bytes of one transaction. */
  readonly maxTxBytes: number;
  readonly validatorLength: number;
}

export interface IntakeModules {
  readonly chain: Chain;
  readonly pool: Pool;
  readonly suite: Pick<ChainSuite, 'form'>;
  readonly checks: Pick<SignatureChecks, 'each' | 'all'>;
  readonly signatures: Pick<SignatureQueue, 'check'>;
  /** Absent: transactions of users are not broadcast. */
  readonly forward: Pick<ForwardBuffer, 'add'> | undefined;
  readonly stages: StageTimers;
}

export class Intake {
  readonly #options: IntakeOptions;
  readonly #modules: IntakeModules;

  constructor(options: IntakeOptions, modules: IntakeModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** SendRawTransaction: sections 6.1, 6.3. The transaction's hash. Throws StatusError, Overloaded, TooLarge. */
  async submit(raw: RawTransaction): Promise<Uint8Array> {
    const { chain, pool, signatures, stages, suite } = this.#modules;
    requireSuccess(checkAgainstChain(raw, chain, Code.NoTransaction), raw);
    requireSuccess(checkForm(raw, suite.form), raw);
    const tx = this.#readOwn(raw);
    if (!this.#isPooled(tx)) {
      this.#requireRoom(1, tx.bytes.length);
      requireSuccess(await stages.time('verify', () => signatures.check(tx)), raw);
      // The chain may have grown meanwhile (section 18, weakness 9).
      requireSuccess(checkAgain(tx, chain), raw);
    }
    const insertion = pool.insert(tx);
    if (insertion === 'duplicate')
      throw new StatusError(Code.DupTransaction, `${toHex(tx.hash)} is pooled already`);
    if (insertion === 'full') this.#requireRoom(1, tx.bytes.length);
    this.#modules.forward?.add(tx);
    return tx.hash;
  }

  /** SendRawTransactions: section 6.2, all or nothing. The hashes of those that are new. Throws as `submit`. */
  async submitBatch(raws: readonly RawTransaction[]): Promise<Uint8Array[]> {
    const { chain, checks, forward, pool, stages, suite } = this.#modules;
    for (const raw of raws) requireSuccess(checkForm(raw, suite.form), raw);
    const transactions = raws.map((raw) => this.#readOwn(raw));
    const fresh = transactions.filter((tx) => !this.#isPooled(tx));
    this.#requireRoom(fresh.length, sumOf(fresh));
    const code = await stages.time('verify', () => checks.all(fresh, true));
    if (code !== Code.Success) throw new StatusError(code, `signatures of ${fresh.length} transactions`);
    for (const raw of raws) requireSuccess(checkAgainstChain(raw, chain, Code.NoneRawTx), raw);
    this.#requireRoom(fresh.length, sumOf(fresh));
    const inserted = transactions.filter((tx) => pool.insert(tx) === 'inserted');
    // Only what is new: one transaction that others have in a block already would spoil the batch for originals.
    for (const tx of inserted) forward?.add(tx);
    return inserted.map((tx) => tx.hash);
  }

  /**
   * send_txs, send_tx, sync_tx_respond: takes what is good, whatever else is in the batch. The code of the first one refused.
   */
  async admitFromPeer(transactions: readonly SentTransaction[]): Promise<Code> {
    const { checks, pool, stages } = this.#modules;
    let first: Code = Code.Success;
    const refuse = (code: Code) => {
      if (first === Code.Success) first = code;
    };
    const fresh: ChainTransaction[] = [];
    for (const { raw, canonical } of transactions) {
      const code = this.#checkPeers(raw);
      const tx = code === Code.Success ? chainTransaction(raw, canonical) : undefined;
      if (tx === undefined) refuse(code);
      else if (tx.bytes.length <= this.#options.maxTxBytes && !pool.has(tx.key)) fresh.push(tx);
    }
    const codes = await stages.time('verify', () => checks.each(fresh, false));
    fresh.forEach((tx, index) => {
      const code = codes[index] ?? Code.CryptoServerNotReady;
      const verdict = code === Code.Success ? checkAgain(tx, this.#modules.chain) : code;
      if (verdict === Code.Success) pool.insert(tx);
      else refuse(verdict);
    });
    return first;
  }

  /** The transactions of a proposal that were never seen before: their signatures, then the pool as far as there is room. */
  async admitFromProposal(unverified: readonly ChainTransaction[]): Promise<Code> {
    const { checks, pool, stages } = this.#modules;
    const code = await stages.time('verify', () => checks.all(unverified, false));
    if (code === Code.Success) for (const tx of unverified) pool.insert(tx);
    return code;
  }

  #checkPeers(raw: RawTransaction): Code {
    const { chain, suite } = this.#modules;
    const code = checkAgainstChain(raw, chain, Code.NoneRawTx);
    return code === Code.Success ? checkForm(raw, suite.form) : code;
  }

  /** A transaction of our own user: not too large, and governance that would do something and no harm. */
  #readOwn(raw: RawTransaction): ChainTransaction {
    const { maxTxBytes, validatorLength } = this.#options;
    const tx = chainTransaction(raw);
    if (tx === undefined) throw new StatusError(Code.NoneTransaction, 'the transaction has no content');
    if (tx.bytes.length > maxTxBytes) throw new TooLarge('transaction', tx.bytes.length, maxTxBytes);
    const reason = tx.kind === 'utxo' ? objection(tx.lockId, tx.output, validatorLength) : undefined;
    if (reason !== undefined) throw new StatusError(Code.UpdateSystemConfigError, reason);
    return tx;
  }

  #isPooled(tx: ChainTransaction): boolean {
    const pooled = this.#modules.pool.get(tx.key);
    return pooled !== undefined && isSame(pooled, tx.bytes);
  }

  #requireRoom(count: number, bytes: number): void {
    const { pool } = this.#modules;
    if (pool.hasRoom(count, bytes)) return;
    throw new Overloaded(`the pool is full with ${pool.size} transactions of ${pool.bytes} bytes`);
  }
}

function requireSuccess(code: Code, raw: RawTransaction): void {
  if (code === Code.Success) return;
  const hash = raw.tx?.value.transactionHash;
  throw new StatusError(code, `transaction ${hash ? toHex(hash) : 'of neither kind'}: ${codeName(code)}`);
}

function sumOf(transactions: readonly ChainTransaction[]): number {
  return transactions.reduce((sum, tx) => sum + tx.bytes.length, 0);
}
