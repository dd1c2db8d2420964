// The order of answers, the turns of lists, and what happens when one cannot be checked, without threads.

import type { EncodedTransactions } from '@hexapod/crypto/check-transactions';
import { RawTransaction, RawTransactions, UnverifiedTransaction } from '@hexapod/protocol/blockchain';
import { Code } from '@hexapod/protocol/status-code';
import { DecodeError, delimited } from '@hexapod/protocol/wire';
import { describe, expect, test } from 'vitest';
import type { CheckResult } from './tasks.ts';
import { TransactionChecker, type TransactionCheckerModules } from './transaction-checker.ts';

const OPTIONS = { maxCount: 2, maxBytes: 1000, maxCountAtOnce: 3, threads: 2, lanesPerThread: 1 };
/** Batches that may be under way at the same time. */
const LANES = 2;
const FOREVER = new AbortController().signal;

/** A list; where `isBad`, the transaction carries a 1. */
const listOf = (...isBad: readonly boolean[]): Uint8Array =>
  RawTransactions.encode({
    body: isBad.map((bad): RawTransaction => {
      const value = UnverifiedTransaction.create({ transactionHash: Uint8Array.of(bad ? 1 : 0) });
      return { tx: { case: 'normalTx', value } };
    }),
  });

function check({ bytes, ends }: EncodedTransactions): CheckResult {
  const failed = [...ends].flatMap((end, index) => {
    const { tx } = RawTransaction.decode(bytes.subarray(ends[index - 1] ?? 0, end));
    const transactionHash = tx?.value.transactionHash ?? new Uint8Array(0);
    return transactionHash[0] === 1 ? [{ index, code: Code.SigCheckError, transactionHash }] : [];
  });
  return { failed };
}

function checker(modules: Partial<TransactionCheckerModules> = {}): TransactionChecker {
  const unexpected = () => {
    throw new Error('not here');
  };
  const pause = async () => undefined;
  return new TransactionChecker(OPTIONS, {
    checkHere: unexpected,
    checkElsewhere: unexpected,
    pause,
    ...modules,
  });
}

const indexesOf = ({ failed }: { failed: readonly { index: number }[] }) => failed.map(({ index }) => index);

test('a short list is checked here', async () => {
  const here = checker({ checkHere: check });
  const checked = await here.check(listOf(false, true, true), 'strict', FOREVER);
  expect([checked.count, indexesOf(checked)]).toEqual([3, [1, 2]]);
});

test('an empty list has no failure', async () => {
  const here = checker({ checkHere: check });
  expect(await here.check(new Uint8Array(0), 'as-original', FOREVER)).toEqual({ count: 0, failed: [] });
});

describe('a long list', () => {
  test('is checked elsewhere in batches, and answered in its own order, whichever batch is done first', async () => {
    const acceptances = new Set<string>();
    const waiting: (() => void)[] = [];
    const elsewhere = checker({
      checkElsewhere: async (transactions, acceptance) => {
        acceptances.add(acceptance);
        await new Promise<void>((resolve) => waiting.push(resolve));
        return check(transactions);
      },
    });
    const checked = elsewhere.check(listOf(true, false, false, true, true, false, true), 'strict', FOREVER);
    let batches = 0;
    while (batches < 4) {
      // Two lanes: never more than two batches under way; the later one is done first.
      expect(waiting.length).toBeLessThanOrEqual(2);
      const release = waiting.pop();
      if (release) batches++;
      release?.();
      await new Promise(setImmediate);
    }
    expect(indexesOf(await checked)).toEqual([0, 3, 4, 6]);
    expect([...acceptances]).toEqual(['strict']);
  });

  test('lets other calls have their turn while it is divided', async () => {
    let pauses = 0;
    const pause = async () => {
      pauses++;
    };
    const elsewhere = checker({ pause, checkElsewhere: async () => ({ failed: [] }) });
    const list = RawTransactions.encode({ body: Array<RawTransaction>(9000).fill({ tx: undefined }) });
    expect(await elsewhere.check(list, 'strict', FOREVER)).toEqual({ count: 9000, failed: [] });
    expect(pauses).toBe(2);
  });

  test('that its caller has left meanwhile is not checked at all', async () => {
    const controller = new AbortController();
    const pause = async () => controller.abort();
    const list = RawTransactions.encode({ body: Array<RawTransaction>(9000).fill({ tx: undefined }) });
    await expect(checker({ pause }).check(list, 'strict', controller.signal)).rejects.toThrow('aborted');
  });

  test('of few but large transactions is checked elsewhere, too', async () => {
    const large = RawTransactions.encode({
      body: [
        {
          tx: {
            case: 'normalTx',
            value: UnverifiedTransaction.create({ transactionHash: new Uint8Array(2000).fill(1) }),
          },
        },
      ],
    });
    const elsewhere = checker({ checkElsewhere: async (transactions) => check(transactions) });
    expect(indexesOf(await elsewhere.check(large, 'as-original', FOREVER))).toEqual([0]);
  });

  test('stops when its caller is gone', async () => {
    const controller = new AbortController();
    let batches = 0;
    const elsewhere = checker({
      checkElsewhere: async (transactions) => {
        batches++;
        controller.abort();
        return check(transactions);
      },
    });
    const list = listOf(...Array<boolean>(100).fill(false));
    await expect(elsewhere.check(list, 'strict', controller.signal)).rejects.toThrow('aborted');
    expect(batches).toBeLessThanOrEqual(LANES);
  });

  test('fails as a whole when a batch cannot be checked, and takes no further one', async () => {
    let batches = 0;
    const elsewhere = checker({
      checkElsewhere: async () => {
        batches++;
        throw new Error('no thread');
      },
    });
    await expect(
      elsewhere.check(listOf(...Array<boolean>(100).fill(false)), 'strict', FOREVER),
    ).rejects.toThrow('no thread');
    expect(batches).toBeLessThanOrEqual(LANES);
  });
});

describe('what is no list', () => {
  const malformed: CheckResult = { malformed: 'the parser says no' };
  test.each([
    ['short', listOf(false)],
    ['long', listOf(false, false, false, false)],
  ])('a %s one with a transaction that does not parse is refused', async (_length, list) => {
    const modules = { checkHere: () => malformed, checkElsewhere: async () => malformed };
    const call = checker(modules).check(list, 'as-original', FOREVER);
    await expect(call).rejects.toThrow(DecodeError);
    await expect(call).rejects.toThrow('the parser says no');
  });

  test('a truncated one is refused before anything is checked', async () => {
    const truncated = delimited(1, new Uint8Array(9)).subarray(0, 5);
    await expect(checker().check(truncated, 'as-original', FOREVER)).rejects.toThrow(DecodeError);
  });
});
