// Whoever is expected, the answer of the eth suite is that of recovery alone: while a signer is new, with either table, and under
// attack. What strangers can take is bounded.

import { Transaction } from '@hexapod/protocol/blockchain';
import { concatBytes, fromHex, zero } from '@hexapod/protocol/bytes';
import { transactionHash } from '@hexapod/protocol/rules';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkTransaction } from './check-transactions.ts';
import { HotSigners, newHotSigners } from './hot-signers.ts';
import { startKernel } from './kernel.ts';
import type { KeyTablesOptions } from './key-tables.ts';
import { loadNative } from './secp256k1.ts';
import { type Secp256k1Exports, Secp256k1Kernel } from './secp256k1-kernel.ts';
import type { Suite } from './suite.ts';
import { ethSuite, loadEthSuite } from './suite-eth.ts';

const OPTIONS: KeyTablesOptions = {
  small: { capacity: 8, minUses: 3, price: 1.5 },
  big: { capacity: 2, minUses: 10, price: 2.5 },
  share: 1 / 8,
  maxSavings: 16,
};
const native = await loadNative();
const plain = ethSuite(native);

const keyOf = (index: number): Uint8Array => plain.hash(fromHex(index.toString(16).padStart(8, '0')));
const messageOf = (index: number): Uint8Array => plain.hash(fromHex(index.toString(16).padStart(10, '0')));

/** A suite with signers of its own, and how often it had to recover. */
class Watched {
  readonly signers: HotSigners;
  readonly suite: Suite;
  recoveries = 0;

  constructor(options: KeyTablesOptions = OPTIONS) {
    this.signers = new HotSigners(new Secp256k1Kernel(), options);
    const curve: typeof native = {
      ...native,
      recover: (...parts) => {
        this.recoveries++;
        return native.recover(...parts);
      },
    };
    this.suite = ethSuite(curve, { hotSigners: () => this.signers, slowBecause: () => undefined });
  }

  /** Good signatures of one signer, each checked. How many were recovered. */
  sign(signer: number, times: number): number {
    const before = this.recoveries;
    const address = plain.address(plain.publicKey(keyOf(signer)));
    for (let index = 0; index < times; index++) {
      const message = messageOf(index);
      const answer = this.suite.recover(message, plain.sign(keyOf(signer), message), address);
      expect(answer).toEqual(address);
    }
    return this.recoveries - before;
  }
}

/** The address, or the name of the code. */
function answerOf(suite: Suite, message: Uint8Array, signature: Uint8Array, expected?: Uint8Array): string {
  try {
    return suite.recover(message, signature, expected).toHex();
  } catch (error) {
    if (error instanceof StatusError) return codeName(error.code);
    throw error;
  }
}

describe('a signer that repeats', () => {
  test('is recovered until he has a table, then no more', () => {
    const watched = new Watched();
    expect(watched.sign(1, 30)).toBe(OPTIONS.small.minUses);
    // The small table, and then the big one.
    expect(watched.signers.tablesBuilt).toBe(2);
    expect(watched.sign(2, 2)).toBe(2);
    expect(watched.sign(1, 10)).toBe(0);
  });

  test('is recovered whenever nobody says that it should be him', () => {
    const watched = new Watched();
    watched.sign(1, 20);
    const signature = plain.sign(keyOf(1), messageOf(99));
    const address = plain.recover(messageOf(99), signature);
    const before = watched.recoveries;
    expect(watched.suite.recover(messageOf(99), signature)).toEqual(address);
    expect(watched.suite.recoverStrict(messageOf(99), signature)).toEqual(address);
    expect(watched.recoveries - before).toBe(2);
    expect(watched.suite.recoverStrict(messageOf(99), signature, address)).toEqual(address);
    expect(watched.recoveries - before).toBe(2);
  });

  test('gets an address of its own, not a view of what was expected', () => {
    const watched = new Watched();
    watched.sign(1, 20);
    const signature = plain.sign(keyOf(1), messageOf(99));
    const expected = plain.recover(messageOf(99), signature);
    const answer = watched.suite.recover(messageOf(99), signature, expected);
    expected.fill(0);
    expect(answer).toEqual(plain.recover(messageOf(99), signature));
  });
});

describe('whoever is expected, the answer is that of recovery', () => {
  const watched = new Watched();
  const [a, b] = [1, 2].map((index) => plain.address(plain.publicKey(keyOf(index)))) as [
    Uint8Array,
    Uint8Array,
  ];
  const message = messageOf(1000);
  const good = plain.sign(keyOf(1), message);
  const order = fromHex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141');
  const withR = (r: Uint8Array): Uint8Array => concatBytes(r, good.subarray(32));
  const withS = (s: Uint8Array): Uint8Array => concatBytes(good.subarray(0, 32), s, good.subarray(64));

  beforeAll(() => {
    for (const signer of [1, 2]) watched.sign(signer, 30);
    expect(watched.sign(1, 1) + watched.sign(2, 1)).toBe(0);
  });

  const signatures: readonly (readonly [string, Uint8Array])[] = [
    ['good', good],
    ['of somebody else, whose key has a table, too', plain.sign(keyOf(2), message)],
    ['of a stranger', plain.sign(keyOf(3), message)],
    ['of another message', plain.sign(keyOf(1), messageOf(1001))],
    ['empty', zero(0)],
    ['short', good.subarray(0, 64)],
    ['long', concatBytes(good, zero(1))],
    ['zero', zero(65)],
    ['all ones', zero(65).fill(255)],
    ['r = 0', withR(zero(32))],
    ['r = n', withR(order)],
    ['r = 1', withR(zero(32).with(31, 1))],
    ['s = 0', withS(zero(32))],
    ['s = n', withS(order)],
    ['s = n - 1', withS(order.with(31, 0x40))],
    ...[0, 1, 2, 3, 4, 27, 28, 255].map((v) => [`v = ${v}`, good.with(64, v)] as const),
  ];
  const expectations: readonly (readonly [string, Uint8Array])[] = [
    ['the signer', a],
    ['somebody else', b],
    ['nobody', zero(20)],
    ['an empty address', zero(0)],
    ['a short address', a.subarray(1)],
    ['a long address', concatBytes(a, zero(1))],
  ];

  test.each(signatures)('a signature that is %s', (_what, signature) => {
    for (const [, expected] of expectations) {
      for (const digest of [message, zero(32), zero(31), zero(33), zero(0)]) {
        expect(answerOf(watched.suite, digest, signature, expected)).toBe(answerOf(plain, digest, signature));
      }
    }
  });

  test('also for every bit that is changed in a good one', () => {
    for (let bit = 0; bit < 65 * 8; bit++) {
      const changed = good.with(bit >> 3, (good[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
      expect(answerOf(watched.suite, message, changed, a)).toBe(answerOf(plain, message, changed));
    }
  });
});

test('CheckTransactions has the same codes for transactions of one who signs often', () => {
  const watched = new Watched();
  watched.sign(1, 30);
  const recovered = watched.recoveries;
  const sender = plain.address(plain.publicKey(keyOf(1)));
  const transaction = Transaction.create({ to: sender, nonce: 'n', quota: 1n });
  const hash = transactionHash(plain.hash, transaction);
  const signature = plain.sign(keyOf(1), hash);
  const ofAnother = plain.sign(keyOf(2), hash);
  const witnesses = [
    { signature, sender },
    { signature: ofAnother, sender },
    { signature, sender: plain.recover(hash, ofAnother) },
    { signature, sender: zero(0) },
    { signature, sender: concatBytes(sender, zero(1)) },
    { signature: signature.subarray(1), sender },
    { signature: zero(65), sender },
    { signature: signature.with(64, 4), sender },
  ];
  const codesOf = (suite: Suite): Code[] =>
    witnesses.flatMap((witness) =>
      ([hash, zero(32), zero(3)] as const).map((transactionHash) => {
        const value = { transaction, transactionHash, witness };
        return checkTransaction(suite, { tx: { case: 'normalTx', value } }, 'as-original');
      }),
    );
  const codes = codesOf(watched.suite);
  expect(codes).toEqual(codesOf(plain));
  expect(codes.slice(0, 4)).toEqual([
    Code.Success,
    Code.HashCheckError,
    Code.HashLenError,
    Code.SigCheckError,
  ]);
  // All but the good one, the short one, and the one with v = 4.
  expect(watched.recoveries - recovered).toBe(5);
});

describe('strangers', () => {
  test('what is not signed by whom it names earns nothing', () => {
    const watched = new Watched();
    watched.sign(1, 2);
    const address = plain.address(plain.publicKey(keyOf(1)));
    for (let index = 0; index < 100; index++) {
      const signature = plain.sign(keyOf(2), messageOf(index));
      expect(watched.suite.recover(messageOf(index), signature, address)).not.toEqual(address);
    }
    expect(watched.signers.tablesBuilt).toBe(0);
    // Also the one whose key signed has earned nothing.
    expect(watched.sign(2, 2)).toBe(2);
    expect(watched.signers.tablesBuilt).toBe(0);
  });

  test('with many keys get no more tables than there is time for', () => {
    const watched = new Watched();
    const [keys, each] = [200, 4];
    for (let signer = 10; signer < 10 + keys; signer++) watched.sign(signer, each);
    const earned = OPTIONS.maxSavings + OPTIONS.share * keys * each;
    expect(watched.signers.tablesBuilt).toBeLessThanOrEqual(earned / OPTIONS.small.price);
    expect(watched.signers.tablesBuilt).toBeGreaterThan(0);
  });

  test('do not push out who signs more often than each of their keys', () => {
    const watched = new Watched();
    watched.sign(1, 60);
    for (let signer = 10; signer < 110; signer++) watched.sign(signer, 4);
    expect(watched.sign(1, 10)).toBe(0);
  });

  test('the signer whose table was given away is recovered, and gets one again', () => {
    const watched = new Watched({
      ...OPTIONS,
      small: { ...OPTIONS.small, capacity: 1 },
      big: { ...OPTIONS.big, capacity: 0 },
    });
    expect(watched.sign(1, 5)).toBe(3);
    watched.sign(2, 20);
    expect(watched.sign(2, 5)).toBe(0);
    expect(watched.sign(1, 1)).toBe(1);
    watched.sign(1, 60);
    expect(watched.sign(1, 5)).toBe(0);
  });
});

describe('memory', () => {
  test('all tables of the usual bounds fit 16 MiB', () => {
    const kernel = new Secp256k1Kernel();
    const watched = new HotSigners(kernel);
    expect(watched.tablesBuilt).toBe(0);
    for (let table = 0; table < 2560; table++) kernel.allocate('small');
    for (let table = 0; table < 384; table++) kernel.allocate('big');
    expect(kernel.memoryBytes).toBeLessThan(15 << 20);
  });

  test('where there is none, signers are recovered', () => {
    const exports = startKernel<Secp256k1Exports>('secp256k1');
    const memory = {
      buffer: exports.memory.buffer,
      grow: () => {
        throw new RangeError('full');
      },
    };
    const kernel = new Secp256k1Kernel({ ...exports, memory });
    while (kernel.allocate('small') !== undefined);
    const signers = new HotSigners(kernel, OPTIONS);
    const suite = ethSuite(native, { hotSigners: () => signers, slowBecause: () => undefined });
    const address = plain.address(plain.publicKey(keyOf(1)));
    for (let index = 0; index < 20; index++) {
      const signature = plain.sign(keyOf(1), messageOf(index));
      expect(suite.recover(messageOf(index), signature, address)).toEqual(address);
    }
    expect(signers.tablesBuilt).toBe(0);
  });
});

describe('a machine without what the kernel needs', () => {
  test('recovers every signature, and says why', () => {
    const { signers, slowBecause } = newHotSigners(() => {
      throw new Error('no vectors here');
    });
    expect(slowBecause?.message).toBe('no vectors here');
    expect(signers).toBeUndefined();
    const suite = ethSuite(native, { hotSigners: () => signers, slowBecause: () => slowBecause });
    expect(suite.slowBecause).toBe(slowBecause);
    const address = plain.address(plain.publicKey(keyOf(1)));
    for (let index = 0; index < 10; index++) {
      const signature = plain.sign(keyOf(1), messageOf(index));
      expect(suite.recover(messageOf(index), signature, address)).toEqual(address);
      expect(answerOf(suite, messageOf(index), signature, zero(20))).toBe(address.toHex());
    }
  });

  test('this one has it', async () => {
    expect((await loadEthSuite()).slowBecause).toBeUndefined();
  });
});
