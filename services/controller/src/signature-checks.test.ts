import { loadSuite } from '@hexapod/crypto/suite';
import { RawTransactions } from '@hexapod/protocol/blockchain';
import { toHex } from '@hexapod/protocol/bytes';
import { Code } from '@hexapod/protocol/status-code';
import { describe, expect, it } from 'vitest';
import { account, normal } from '../test/support/accounts.ts';
import { SignatureChecks } from './signature-checks.ts';
import { type ChainTransaction, chainTransaction } from './transaction.ts';

const suite = await loadSuite('eth');
const user = account(suite, 1);

function transaction(n: number): ChainTransaction {
  const tx = chainTransaction(normal(suite, user, { nonce: `${n}` }));
  if (tx === undefined) throw new Error('made of whole parts');
  return tx;
}
const [a, b, c] = [transaction(1), transaction(2), transaction(3)];

/** A crypto process that answers when it is told to, and to which some transactions are bad. */
function slowCrypto(bad: readonly ChainTransaction[] = []) {
  const asked: string[][] = [];
  const waiting: (() => void)[] = [];
  const isBad = new Set(bad.map(({ hash }) => toHex(hash)));
  const checkTransactions = async (body: Uint8Array) => {
    const hashes = RawTransactions.decode(body).body.map(({ tx }) =>
      toHex(tx?.value.transactionHash ?? new Uint8Array(0)),
    );
    asked.push(hashes);
    await new Promise<void>((resolve) => waiting.push(resolve));
    const failing = hashes.flatMap((hash, index) => (isBad.has(hash) ? [index] : []));
    return failing.length > 0 ? { code: Code.SigCheckError, failing } : { code: Code.Success };
  };
  const answer = async (): Promise<void> => {
    waiting.shift()?.();
    // What follows from an answer follows in microtasks.
    await new Promise<void>((resolve) => setImmediate(resolve));
  };
  return { asked, answer, checkTransactions };
}

const hashesOf = (...transactions: ChainTransaction[]): string[] =>
  transactions.map(({ hash }) => toHex(hash));
const checksOf = (crypto: ReturnType<typeof slowCrypto>) =>
  new SignatureChecks({ maxCount: 100, maxBytes: 1_000_000 }, crypto);

describe('a signature that is being checked', () => {
  it('is not checked again for a proposal that brings it meanwhile', async () => {
    const crypto = slowCrypto();
    const checks = checksOf(crypto);
    const forwarded = checks.each([a, b], false);
    const proposed = checks.all([a, b, c], false);
    await crypto.answer();
    await crypto.answer();
    expect(await forwarded).toEqual([Code.Success, Code.Success]);
    expect(await proposed).toBe(Code.Success);
    expect(crypto.asked).toEqual([hashesOf(a, b), hashesOf(c)]);
  });

  it('is checked again when the first answer was bad: that one may have had a stricter rule', async () => {
    const crypto = slowCrypto([b]);
    const checks = checksOf(crypto);
    const first = checks.each([a, b], true);
    const second = checks.each([a, b], false);
    await crypto.answer();
    await crypto.answer();
    expect(await first).toEqual([Code.Success, Code.SigCheckError]);
    expect(await second).toEqual([Code.Success, Code.SigCheckError]);
    expect(crypto.asked).toEqual([hashesOf(a, b), hashesOf(b)]);
  });

  it('by the loose rule does not serve who wants the strict one', async () => {
    const crypto = slowCrypto();
    const checks = checksOf(crypto);
    const loose = checks.each([a], false);
    const strict = checks.each([a], true);
    await crypto.answer();
    await crypto.answer();
    expect(await loose).toEqual([Code.Success]);
    expect(await strict).toEqual([Code.Success]);
    expect(crypto.asked).toEqual([hashesOf(a), hashesOf(a)]);
  });

  it('does not serve other bytes under the same hash', async () => {
    const crypto = slowCrypto();
    const checks = checksOf(crypto);
    // An unknown field: the same transaction in other bytes.
    const other: ChainTransaction = { ...a, bytes: Uint8Array.of(...a.bytes, 0x78, 1) };
    const first = checks.each([other], false);
    const second = checks.each([a], false);
    expect(crypto.asked).toHaveLength(2);
    await crypto.answer();
    await crypto.answer();
    expect([...(await first), ...(await second)]).toEqual([Code.Success, Code.Success]);
  });

  it('whose check failed altogether is checked by the one who waited', async () => {
    const crypto = slowCrypto();
    let calls = 0;
    const failing = {
      checkTransactions: (body: Uint8Array) => {
        calls += 1;
        return calls === 1 ? Promise.reject(new Error('a bug')) : crypto.checkTransactions(body);
      },
    };
    const checks = new SignatureChecks({ maxCount: 100, maxBytes: 1_000_000 }, failing);
    const first = checks.each([a], false);
    const second = checks.each([a], false);
    await expect(first).rejects.toThrow('a bug');
    await new Promise<void>((resolve) => setImmediate(resolve));
    await crypto.answer();
    expect(await second).toEqual([Code.Success]);
  });

  it('is forgotten once it is answered', async () => {
    const crypto = slowCrypto();
    const checks = checksOf(crypto);
    const first = checks.all([a], false);
    await crypto.answer();
    await first;
    const second = checks.all([a], false);
    await crypto.answer();
    expect(await second).toBe(Code.Success);
    expect(crypto.asked).toHaveLength(2);
  });
});
