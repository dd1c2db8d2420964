// SM2 verification on one thread, from message and signature to an answer with ZA and all: by the kernel with and without tables
// of the key, beside what node:crypto alone would take.
// Usage: node bench/crypto/sm2.ts

import { createPublicKey, createVerify } from 'node:crypto';
import type { KeyTablesOptions } from '@hexapod/crypto/key-tables';
import { signerOf } from '@hexapod/crypto/sm2';
import { isAcceptedByOriginal } from '@hexapod/crypto/sm2-acceptance';
import { encodeSignature, publicKeyInfo } from '@hexapod/crypto/sm2-der';
import { Sm2Kernel } from '@hexapod/crypto/sm2-kernel';
import { toBytes, toNumber, zaOf } from '@hexapod/crypto/sm2-key';
import { KernelVerifier } from '@hexapod/crypto/sm2-verifier';
import { sm3 } from '@hexapod/crypto/sm3';
import { be64, concatBytes, fromHex } from '@hexapod/protocol/bytes';
import { speedsOf, type Way } from './measure.ts';

const SENDERS = 64;
const MANY_SENDERS = 250;
const COLD_KEYS = 2000;
/** Uses of a key from its first on, the building of its tables included. */
const USES = [3, 10, 30, 100] as const;
const NEW_KEY_ROUNDS = 3;

const NO_TABLES: KeyTablesOptions = {
  small: { capacity: 0, minUses: 3, price: 1 },
  big: { capacity: 0, minUses: 32, price: 4.5 },
  share: 0,
  maxSavings: 0,
};

/** N2 of docs/protocol/crypto.md 9.3: a digest for which the original takes r + n, too. */
const CRAFTED = {
  e: fromHex('fb14038d7172e8679dfbcdd97188014930a5b08d13bec91c0457e53c0bc0b8e4'),
  r: toBytes(0x1234n),
  rPlusOrder: fromHex('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d55357'),
  s: fromHex('c4a1c8880b905a1d5bc94bb376a6a7a52b239e603451bf7ef59081a9a07f9081'),
  publicKey: fromHex(
    '3cbb3d1177ffa1a21bb054ae613455eb409a77593d17221808977ecbfb0586479cf75393c8d257997f3fc1df9e952449746fd75ed1307e4dd493ae3dd0a800bd',
  ),
};

interface Signed {
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

function signedBy(count: number, first = 0): readonly Signed[] {
  return Array.from({ length: count }, (_, index) => {
    const message = sm3(be64(BigInt(index)));
    const signer = signerOf(sm3(be64(BigInt(first + index))));
    return { message, signature: signer.sign(message) };
  });
}

function inTurn(name: string, list: readonly Signed[], verify: (one: Signed) => boolean): Way {
  let index = 0;
  const run = (): void => {
    const one = list[index++ % list.length];
    if (one === undefined || !verify(one)) throw new Error(`${name}: a good signature does not verify`);
  };
  return { name, run };
}

/** What a program without this package would do: each key imported anew. */
function byNodeCrypto({ message, signature }: Signed): boolean {
  const publicKey = signature.subarray(64);
  const key = createPublicKey({ key: publicKeyInfo(publicKey), format: 'der', type: 'spki' });
  return createVerify('sm3').update(zaOf(publicKey)).update(message).verify(key, encodeSignature(signature));
}

/** Verifiers whose keys have what tables they shall have. */
function warmed(list: readonly Signed[], uses: number, options?: KeyTablesOptions): KernelVerifier {
  const verifier = new KernelVerifier(new Sm2Kernel(), options);
  for (let use = 0; use < uses; use++) {
    for (const { message, signature } of list) verifier.verifyStrict(message, signature);
  }
  return verifier;
}

function sustained(cold: readonly Signed[]): object[] {
  const few = cold.slice(0, SENDERS);
  const many = cold.slice(0, MANY_SENDERS);
  const onlySmall: KeyTablesOptions = {
    small: { capacity: SENDERS, minUses: 3, price: 1 },
    big: { capacity: 0, minUses: 32, price: 4.5 },
    share: 1,
    maxSavings: 1e3,
  };
  const verifiers = {
    cold: warmed([], 0, NO_TABLES),
    small: warmed(few, 4, onlySmall),
    big: warmed(few, 100),
    many: warmed(many, 150),
  };
  const strict =
    (verifier: KernelVerifier) =>
    ({ message, signature }: Signed) =>
      verifier.verifyStrict(message, signature);
  const ways = [
    inTurn('node:crypto alone (createVerify)', cold, byNodeCrypto),
    inTurn(`cold: ${COLD_KEYS} keys, no tables`, cold, strict(verifiers.cold)),
    inTurn(`hot after 3 uses: ${SENDERS} keys, small tables`, few, strict(verifiers.small)),
    inTurn(`hot after 32 uses: ${SENDERS} keys, big tables`, few, strict(verifiers.big)),
    inTurn(`the same with ${MANY_SENDERS} keys`, many, strict(verifiers.many)),
    ...crafted(),
  ];
  const speeds = speedsOf(ways);
  const [plain = Number.NaN, ofCold = Number.NaN] = speeds;
  return ways.map(({ name }, index) => row(name, speeds[index] ?? Number.NaN, plain, ofCold));
}

/** What is in range and what is not, as digests, since nobody can make a message for them. */
function crafted(): Way[] {
  const kernel = new Sm2Kernel();
  const { e, r, rPlusOrder, s, publicKey } = CRAFTED;
  const way = (name: string, signature: Uint8Array): Way =>
    inTurn(name, [{ message: e, signature }], (one) =>
      kernel.verify(one.message, one.signature, { isStrict: false, isDigest: true }),
    );
  const outOfRange = concatBytes(rPlusOrder, s, publicKey);
  const [x, y] = [toNumber(publicKey.subarray(0, 32)), toNumber(publicKey.subarray(32))];
  const numbers = { r: toNumber(rPlusOrder), s: toNumber(s), x, y };
  return [
    way('digest, in range, cold', concatBytes(r, s, publicKey)),
    way('digest, out of range, accepted, cold', outOfRange),
    inTurn('the same in BigInt', [{ message: e, signature: outOfRange }], () =>
      isAcceptedByOriginal(toNumber(e), numbers),
    ),
  ];
}

function row(name: string, speed: number, plain: number, cold: number): object {
  return {
    'SM2 verify': name,
    'per second': Math.round(speed),
    'to createVerify': (speed / plain).toFixed(2),
    'to cold': (speed / cold).toFixed(2),
  };
}

/** New keys: how fast the first so many uses of each are, tables and all. CPU time: each round counts but once. */
function fromTheFirstUse(cold: readonly Signed[]): object[] {
  const few = cold.slice(0, SENDERS);
  const kernel = new Sm2Kernel();
  const speed = (uses: number, options?: KeyTablesOptions): number => {
    let best = 0;
    for (let round = 0; round < NEW_KEY_ROUNDS; round++) {
      const verifier = new KernelVerifier(kernel, options);
      const start = cpuMs();
      for (let use = 0; use < uses; use++) {
        for (const { message, signature } of few) verifier.verifyStrict(message, signature);
      }
      best = Math.max(best, (1000 * uses * few.length) / (cpuMs() - start));
    }
    return best;
  };
  const ofCold = speed(30, NO_TABLES);
  return USES.map((uses) => {
    const measured = speed(uses);
    return {
      'a new key': `its first ${uses} uses, tables built`,
      'per second': Math.round(measured),
      'to cold': (measured / ofCold).toFixed(2),
    };
  });
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** What the kernel costs before its first answer. */
function start(): object {
  const begin = cpuMs();
  const kernel = new Sm2Kernel();
  return {
    'start of the kernel, ms': (cpuMs() - begin).toFixed(1),
    'its memory, KiB': kernel.memoryBytes / 1024,
  };
}

/** Three tables: speeds, new keys, start. */
export function sm2Rows(): readonly (readonly object[])[] {
  const startRow = start();
  const cold = signedBy(COLD_KEYS);
  return [sustained(cold), fromTheFirstUse(cold), [startRow]];
}

if (import.meta.main) for (const rows of sm2Rows()) console.table(rows);
