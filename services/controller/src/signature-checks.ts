// Signature checks of transactions that may come twice at the same moment: a proposal often brings what another node has
// just forwarded and what the crypto process is still busy with. Such a check is waited for, not asked for again.

import { Code } from '@hexapod/protocol/status-code';
import type { HashKey } from './hash-key.ts';
import type { Crypto } from './neighbours.ts';
import { type BatchLimits, checkAllSignatures, checkSignatures } from './signatures.ts';
import { type ChainTransaction, isSame } from './transaction.ts';

/** A check under way. As many as the calls that wait for one have transactions; each goes with its call. */
interface UnderWay {
  readonly tx: ChainTransaction;
  readonly strict: boolean;
  /** Never rejects: what failed for another reason is no answer about the signature. */
  readonly code: Promise<Code>;
}

export class SignatureChecks {
  readonly #limits: BatchLimits;
  readonly #crypto: Pick<Crypto, 'checkTransactions'>;
  readonly #underWay = new Map<HashKey, UnderWay>();

  constructor(limits: BatchLimits, crypto: Pick<Crypto, 'checkTransactions'>) {
    this.#limits = limits;
    this.#crypto = crypto;
  }

  /** A code per transaction, in order; see `checkSignatures`. */
  async each(transactions: readonly ChainTransaction[], strict: boolean): Promise<Code[]> {
    const [unanswered, awaited] = this.#split(transactions, strict);
    const own = this.#ask(
      unanswered,
      strict,
      checkSignatures(this.#crypto, unanswered, strict, this.#limits),
    );
    const codes = new Map<ChainTransaction, Code>();
    (await own).forEach((code, index) => {
      const tx = unanswered[index];
      if (tx) codes.set(tx, code);
    });
    const again = await this.#stillUnanswered(awaited);
    const late = await checkSignatures(this.#crypto, again, strict, this.#limits);
    again.forEach((tx, index) => {
      codes.set(tx, late[index] ?? Code.CryptoServerNotReady);
    });
    return transactions.map((tx) => codes.get(tx) ?? Code.Success);
  }

  /** One code for all; see `checkAllSignatures`. */
  async all(transactions: readonly ChainTransaction[], strict: boolean): Promise<Code> {
    const [unanswered, awaited] = this.#split(transactions, strict);
    const asked = checkAllSignatures(this.#crypto, unanswered, strict, this.#limits);
    // Of one code for all only success says something about each.
    const one = asked.then((code) => unanswered.map(() => code));
    const [code = Code.Success] = await this.#ask(unanswered, strict, one);
    if (code !== Code.Success) return code;
    const again = await this.#stillUnanswered(awaited);
    return checkAllSignatures(this.#crypto, again, strict, this.#limits);
  }

  /** What must be asked, and what is being asked already: by the same rule or by a stricter one. */
  #split(transactions: readonly ChainTransaction[], strict: boolean): [ChainTransaction[], UnderWay[]] {
    const unanswered: ChainTransaction[] = [];
    const awaited: UnderWay[] = [];
    for (const tx of transactions) {
      const check = this.#underWay.get(tx.key);
      const serves = check !== undefined && isSame(check.tx, tx.bytes) && (check.strict || !strict);
      if (serves) awaited.push({ ...check, tx });
      else unanswered.push(tx);
    }
    return [unanswered, awaited];
  }

  /** Lets others wait for the answer of `asked`, a code for each transaction. */
  async #ask(
    transactions: readonly ChainTransaction[],
    strict: boolean,
    asked: Promise<Code[]>,
  ): Promise<Code[]> {
    const answers = asked.catch((): Code[] => []);
    const checks = transactions.map((tx, index): UnderWay => {
      const code = answers.then((codes) => codes[index] ?? Code.CryptoServerNotReady);
      return { tx, strict, code };
    });
    for (const check of checks) this.#underWay.set(check.tx.key, check);
    try {
      return await asked;
    } finally {
      for (const check of checks) {
        if (this.#underWay.get(check.tx.key) === check) this.#underWay.delete(check.tx.key);
      }
    }
  }

  /** Those of which the awaited check did not say that they are good: another's failure need not be theirs. */
  async #stillUnanswered(awaited: readonly UnderWay[]): Promise<ChainTransaction[]> {
    const codes = await Promise.all(awaited.map(({ code }) => code));
    return awaited.flatMap(({ tx }, index) => (codes[index] === Code.Success ? [] : [tx]));
  }
}
