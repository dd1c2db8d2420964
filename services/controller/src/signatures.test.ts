import { loadSuite } from '@hexapod/crypto/suite';
import { RawTransactions } from '@hexapod/protocol/blockchain';
import { toHex } from '@hexapod/protocol/bytes';
import { Code } from '@hexapod/protocol/status-code';
import { describe, expect, it } from 'vitest';
import { account, normal } from '../test/support/accounts.ts';
import { checkAllSignatures, checkSignatures, isNotReady } from './signatures.ts';
import { type ChainTransaction, chainTransaction } from './transaction.ts';

const suite = await loadSuite('eth');
const user = account(suite, 1);
const transactions = Array.from({ length: 20 }, (_, n): ChainTransaction => {
  const tx = chainTransaction(normal(suite, user, { nonce: `${n}` }));
  if (tx === undefined) throw new Error('made of whole parts');
  return tx;
});
const LIMITS = { maxCount: 8, maxBytes: 1_000_000 };

/** A crypto process to which some of the transactions are bad. */
function cryptoOf(bad: readonly number[], doesName: boolean) {
  const calls: number[] = [];
  const hashes = new Set(bad.map((n) => toHex(transactions[n]?.hash ?? new Uint8Array(0))));
  const checkTransactions = async (body: Uint8Array) => {
    const { body: raws } = RawTransactions.decode(body);
    calls.push(raws.length);
    const failing = raws.flatMap(({ tx }, index) =>
      hashes.has(toHex(tx?.value.transactionHash ?? new Uint8Array(0))) ? [index] : [],
    );
    if (failing.length === 0) return { code: Code.Success };
    return doesName ? { code: Code.SigCheckError, failing } : { code: Code.SigCheckError };
  };
  return { calls, checkTransactions };
}

const codesOf = (bad: readonly number[]) =>
  transactions.map((_, n) => (bad.includes(n) ? Code.SigCheckError : Code.Success));

describe('which of many signatures are good', () => {
  it.each([
    [[], [8, 8, 4]],
    [[3], [8, 8, 4]],
    [
      [0, 7, 8, 19],
      [8, 8, 4],
    ],
  ])('bad ones %j, named by the crypto process: one call per batch', async (bad, calls) => {
    const crypto = cryptoOf(bad, true);
    expect(await checkSignatures(crypto, transactions, true, LIMITS)).toEqual(codesOf(bad));
    expect(crypto.calls).toEqual(calls);
  });

  it.each([[[]], [[3]], [[0, 1]], [[0, 7, 8, 19]], [transactions.map((_, n) => n)]])(
    'bad ones %j, found by halving',
    async (bad) => {
      const crypto = cryptoOf(bad, false);
      expect(await checkSignatures(crypto, transactions, false, LIMITS)).toEqual(codesOf(bad));
    },
  );

  it('blames nobody when the crypto process is away', async () => {
    const calls: number[] = [];
    const checkTransactions = async () => {
      calls.push(0);
      return { code: Code.CryptoServerNotReady };
    };
    const codes = await checkSignatures({ checkTransactions }, transactions, true, LIMITS);
    expect(new Set(codes)).toEqual(new Set([Code.CryptoServerNotReady]));
    expect(calls).toHaveLength(3);
  });

  it('keeps calls below their size', async () => {
    const crypto = cryptoOf([], true);
    const size = transactions[0]?.bytes.length ?? 0;
    await checkSignatures(crypto, transactions.slice(0, 10), true, { maxCount: 100, maxBytes: 3 * size });
    expect(crypto.calls).toEqual([3, 3, 3, 1]);
  });
});

describe('the signatures of a whole block', () => {
  it('one bad one is enough', async () => {
    const crypto = cryptoOf([2], true);
    expect(await checkAllSignatures(crypto, transactions, false, LIMITS)).toBe(Code.SigCheckError);
    expect(crypto.calls).toEqual([8]);
    expect(await checkAllSignatures(cryptoOf([], true), transactions, false, LIMITS)).toBe(Code.Success);
    expect(await checkAllSignatures(cryptoOf([], true), [], false, LIMITS)).toBe(Code.Success);
  });
});

it('"not ready" is the family of 200 to 600, and nothing else', () => {
  const codes = Object.values(Code).filter((code) => isNotReady(code));
  expect(codes).toEqual([200, 300, 400, 500, 600]);
});
