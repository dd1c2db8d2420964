import { VirtualClock } from '@hexapod/common/clock';
import { RpcError } from '@hexapod/common/rpc-error';
import { Receipt } from '@hexapod/protocol/evm';
import { describe, expect, it } from 'vitest';
import { chainInProcess } from '../test/chain-in-process.ts';
import { poll } from './poll.ts';
import { waitForReceipt } from './wait-for-receipt.ts';
import { waitForTransaction } from './wait-for-transaction.ts';

const HASH = new Uint8Array(32).fill(7);
const NOT_YET = new RpcError(3, 'NoTxHeight');

/** Fails with `error` until the third time. */
function thirdTime<T>(answer: T, error: Error): () => Promise<T> {
  let count = 0;
  return () => (++count < 3 ? Promise.reject(error) : Promise.resolve(answer));
}

describe('waiting', () => {
  it('asks until there is an answer', async () => {
    const clock = new VirtualClock();
    const answers = [undefined, undefined, 'yes'];
    const answer = poll('no answer', () => Promise.resolve(answers.shift()), { clock, everyMs: 100 });
    await clock.advanceAsync(200);
    expect(await answer).toBe('yes');
    expect(clock.monotonic()).toBe(200);
  });

  it('ends', async () => {
    const clock = new VirtualClock();
    const answer = poll('transaction 0x07 is in no block', () => Promise.resolve(undefined), {
      clock,
      timeoutMs: 3000,
    });
    const ended = expect(answer).rejects.toThrow('transaction 0x07 is in no block after 3 s');
    await clock.advanceAsync(3000);
    await ended;
  });

  it('for a transaction tells where it is', async () => {
    const clock = new VirtualClock();
    const chain = chainInProcess({
      controller: {
        getTransactionBlockNumber: thirdTime({ blockNumber: 12n }, NOT_YET),
        getTransactionIndex: () => ({ txIndex: 3n }),
      },
    });
    const place = waitForTransaction(chain, HASH, { clock });
    await clock.advanceAsync(1000);
    expect(await place).toEqual({ height: 12n, index: 3n });
  });

  it('for a receipt gives it, and any other failure at once', async () => {
    const clock = new VirtualClock();
    const receipt = Receipt.create({ blockNumber: 12n });
    const chainOf = (error: Error) =>
      chainInProcess({ evm: { getTransactionReceipt: thirdTime(receipt, error) } });
    const waiting = waitForReceipt(chainOf(new RpcError(3, 'Not get the receipt')), HASH, { clock });
    await clock.advanceAsync(1000);
    expect(await waiting).toEqual(receipt);
    await expect(waitForReceipt(chainOf(new RpcError(14, 'gone')), HASH, { clock })).rejects.toThrow('gone');
  });
});
