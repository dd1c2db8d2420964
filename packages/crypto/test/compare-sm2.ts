// Random and edge-case signatures by every implementation there is: the kernel (cold, small and big tables, both rules),
// the BigInt path, OpenSSL, sm-crypto. All must agree; what they differ about is printed.
// Usage: node packages/crypto/test/compare-sm2.ts [COUNT] [SEED]

import { concatBytes, toHex } from '@hexapod/protocol/bytes';
import { sm2 as smCrypto } from 'sm-crypto';
import type { KeyTable } from '../src/key-tables.ts';
import { signerOf } from '../src/sm2.ts';
import { isAcceptedByOriginal, isInStandardRange } from '../src/sm2-acceptance.ts';
import { isOnCurve, N, P } from '../src/sm2-curve.ts';
import { Sm2Kernel } from '../src/sm2-kernel.ts';
import { SIGNATURE_LENGTH, toBytes } from '../src/sm2-key.ts';
import { digestByOriginal, numbersOf, verifyAsOriginal, verifyStrict } from '../src/sm2-openssl.ts';
import { sm3 } from '../src/sm3.ts';

const KEYS = 50;
/** sm-crypto takes ten times as long as all others together: it judges one case of so many. */
const SM_CRYPTO_EVERY = 10;

export interface Comparison {
  readonly valid: number;
  readonly invalid: number;
}

interface Case {
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** A stream of hashes: the same for the same seed. */
class Random {
  #counter = 0n;
  readonly #seed: bigint;

  constructor(seed: number) {
    this.#seed = BigInt(seed) << 64n;
  }

  bytes(): Uint8Array {
    return sm3(toBytes(this.#seed + this.#counter++));
  }

  below(limit: number): number {
    return new DataView(this.bytes().buffer).getUint32(0) % limit;
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.below(list.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }
}

const EDGES: readonly bigint[] = [
  ...[
    0n,
    1n,
    2n,
    N - 1n,
    N,
    N + 1n,
    P - 1n,
    P,
    P + 1n,
    (1n << 256n) - 1n,
    1n << 255n,
    N >> 1n,
    (N >> 1n) + 1n,
  ],
  ...[15n, 16n, 52n, 64n, 104n, 128n, 208n].flatMap((bit) => [1n << bit, (1n << bit) - 1n]),
];

/** A signature; half of them good, half changed in a bit, in a number, or altogether. */
function newCase(random: Random): Case {
  const signer = signerOf(sm3(toBytes(BigInt(1 + random.below(KEYS)))));
  const message = random.bytes();
  const signature = signer.sign(message);
  switch (random.below(8)) {
    case 0: {
      const bit = random.below(8 * SIGNATURE_LENGTH);
      return { message, signature: signature.with(bit >> 3, (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7))) };
    }
    case 1:
    case 2: {
      signature.set(toBytes(random.pick(EDGES)), 32 * random.below(4));
      return { message, signature };
    }
    case 3:
      return { message, signature: concatBytes(random.bytes(), random.bytes(), signature.subarray(64)) };
    default:
      return { message, signature };
  }
}

/** Throws at the first difference. */
export function compare(count: number, seed: number): Comparison {
  const kernel = new Sm2Kernel();
  const [small, big] = [kernel.allocate('small'), kernel.allocate('big')];
  const random = new Random(seed);
  const counts = { valid: 0, invalid: 0 };
  for (let index = 0; index < count; index++) {
    const { message, signature } = newCase(random);
    const fail = (what: string): never => {
      const text = `seed ${seed}, case ${index}: message ${toHex(message)}, signature ${toHex(signature)}`;
      throw new Error(`${what} differs: ${text}`);
    };
    const numbers = numbersOf(signature);
    const strict = verifyStrict(message, signature);
    const original = verifyAsOriginal(message, signature);
    if (isAcceptedByOriginal(digestByOriginal(message, numbers), numbers) !== original) fail('BigInt');
    const digest = toBytes(digestByOriginal(message, numbers));
    const compareKernel = (table?: KeyTable): void => {
      if (kernel.verify(message, signature, { isStrict: true, table }) !== strict) fail('strict');
      if (kernel.verify(message, signature, { isStrict: false, table }) !== original) fail('as original');
      if (kernel.verify(digest, signature, { isStrict: false, isDigest: true, table }) !== original)
        fail('digest');
    };
    compareKernel();
    if (isOnCurve(numbers.x % P, numbers.y % P)) {
      for (const table of [small, big]) {
        if (table === undefined) throw new Error('no memory for tables');
        kernel.build(table, signature);
        compareKernel(table);
      }
    }
    // Out of range it has rules of its own, or throws.
    if (index % SM_CRYPTO_EVERY === 0 && isInStandardRange(numbers)) {
      const [rs, key] = [toHex(signature.subarray(0, 64)), `04${toHex(signature.subarray(64))}`];
      if (smCrypto.doVerifySignature([...message], rs, key, { hash: true }) !== strict) fail('sm-crypto');
    }
    counts[strict ? 'valid' : 'invalid']++;
  }
  return counts;
}

if (import.meta.main) {
  const count = Number(process.argv[2] ?? 20_000);
  const seed = Number(process.argv[3] ?? Date.now() % 1e9);
  const { valid, invalid } = compare(count, seed);
  process.stdout.write(`seed ${seed}: ${valid} valid and ${invalid} invalid signatures, no difference\n`);
}
