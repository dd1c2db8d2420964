// Hashes and signatures of both suites on one core, beside what they could be made with otherwise; and lists of transactions
// through a crypto process with all its threads.
// Usage: node bench/crypto.ts

import { createPublicKey, createVerify, hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@hexapod/common/grpc-client';
import { rawRequest } from '@hexapod/common/grpc-method';
import { quietLog } from '@hexapod/common/quiet-log';
import { ServiceChild } from '@hexapod/common/service-child';
import { keccak256 } from '@hexapod/crypto/keccak';
import { verifyStrict } from '@hexapod/crypto/sm2';
import { zaOf } from '@hexapod/crypto/sm2-key';
import { encodeSignature, publicKeyInfo } from '@hexapod/crypto/sm2-der';
import { sm3 } from '@hexapod/crypto/sm3';
import { loadSuite, type Suite, type SuiteName } from '@hexapod/crypto/suite';
import { RawTransactions, Transaction } from '@hexapod/protocol/blockchain';
import { be64, toHex, Z32 } from '@hexapod/protocol/bytes';
import { CryptoService } from '@hexapod/protocol/crypto';
import { transactionHash } from '@hexapod/protocol/rules';

/** The fastest of so many rounds counts: whatever else the machine does only makes rounds slower. */
const ROUNDS = 5;
const ROUND_MS = 200;
const SIGNERS = 64;
const LIST_LENGTHS = [1, 100, 6000] as const;
const LIST_ROUNDS = 3;

/** Runs a second. */
function speed(run: () => unknown): number {
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    let runs = 0;
    let spent = 0;
    for (; spent < ROUND_MS; spent = performance.now() - start) {
      run();
      runs++;
    }
    best = Math.max(best, (1000 * runs) / spent);
  }
  return best;
}

const keyOf = (index: number): Uint8Array => sm3(be64(BigInt(index)));
const rounded = (perSecond: number): number => Math.round(perSecond);

function hashes(): object[] {
  return [100, 500].flatMap((length) => {
    const data = new Uint8Array(length).fill(7);
    const ours = speed(() => sm3(data));
    const plain = speed(() => hash('sm3', data, 'buffer'));
    return [
      {
        what: `SM3 of ${length} bytes`,
        'per second': rounded(ours),
        'to crypto.hash': (ours / plain).toFixed(2),
      },
      { what: `Keccak-256 of ${length} bytes`, 'per second': rounded(speed(() => keccak256(data))) },
    ];
  });
}

/** Signatures of more keys than are remembered, or of a few. */
function signaturesOf(suite: Suite, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const message = sm3(be64(BigInt(index)));
    return { message, signature: suite.sign(keyOf(index), message) };
  });
}

function sm2Verification(suite: Suite): object[] {
  const hot = signaturesOf(suite, SIGNERS);
  const cold = signaturesOf(suite, 1500);
  const next = <T>(list: readonly T[]): (() => T) => {
    let index = 0;
    return () => list[index++ % list.length] as T;
  };
  const nextHot = next(hot);
  const nextCold = next(cold);
  // What a program without our package would do: the same call, each key imported anew.
  const plain = speed(() => {
    const { message, signature } = nextCold();
    const publicKey = signature.subarray(64);
    const key = createPublicKey({ key: publicKeyInfo(publicKey), format: 'der', type: 'spki' });
    return createVerify('sm3')
      .update(zaOf(publicKey))
      .update(message)
      .verify(key, encodeSignature(signature));
  });
  const row = (what: string, nextOne: () => { message: Uint8Array; signature: Uint8Array }) => {
    const ours = speed(() => {
      const { message, signature } = nextOne();
      return verifyStrict(message, signature);
    });
    return { what, 'per second': rounded(ours), 'to createVerify': (ours / plain).toFixed(2) };
  };
  return [
    row(`SM2 verify, ${SIGNERS} signers`, nextHot),
    row('SM2 verify, 1500 signers', nextCold),
    { what: 'SM2 verify, createVerify alone', 'per second': rounded(plain), 'to createVerify': '1.00' },
  ];
}

function signing(suite: Suite): object[] {
  const { message, signature } = signaturesOf(suite, 1)[0] ?? { message: Z32, signature: Z32 };
  const signer = suite.signer(keyOf(0));
  return [
    { what: `${suite.name} sign`, 'per second': rounded(speed(() => signer.sign(message))) },
    { what: `${suite.name} recover`, 'per second': rounded(speed(() => suite.recover(message, signature))) },
  ];
}

function listOf(suite: Suite, length: number): Uint8Array {
  const signers = Array.from({ length: SIGNERS }, (_, index) => suite.signer(keyOf(index)));
  return RawTransactions.encode({
    body: Array.from({ length }, (_, index) => {
      const signer = signers[index % SIGNERS];
      if (signer === undefined) throw new Error('a list needs signers');
      const transaction = Transaction.create({
        nonce: String(index),
        data: new Uint8Array(68),
        value: Z32,
        chainId: Z32,
      });
      const transactionHashOf = transactionHash(suite.hash, transaction);
      const witness = { signature: signer.sign(transactionHashOf), sender: signer.address };
      return {
        tx: { case: 'normalTx', value: { transaction, transactionHash: transactionHashOf, witness } },
      };
    }),
  });
}

async function lists(name: SuiteName): Promise<object[]> {
  const suite = await loadSuite(name);
  const folder = await mkdtemp(join(tmpdir(), 'hexapod-bench-'));
  await writeFile(join(folder, 'private_key'), toHex(keyOf(0)), { mode: 0o600 });
  const child = await ServiceChild.spawn({
    main: new URL('../services/crypto/src/main.ts', import.meta.url),
    folder,
    config: `[crypto_${name}]\ncrypto_port = 0\nenable_metrics = false\n`,
  });
  const methods = { checkTransactions: rawRequest(CryptoService.methods.checkTransactions) };
  const address = `127.0.0.1:${await child.listening()}`;
  const client = connect({ name: CryptoService.name, methods }, { address, log: quietLog });
  const rows: object[] = [];
  for (const length of LIST_LENGTHS) {
    const list = listOf(suite, length);
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < LIST_ROUNDS; round++) {
      const start = performance.now();
      const { code } = await client.checkTransactions(list);
      if (code !== 0) throw new Error(`a good list was answered with ${code}`);
      best = Math.min(best, performance.now() - start);
    }
    rows.push({
      what: `${name} CheckTransactions of ${length}`,
      ms: Number(best.toFixed(1)),
      'transactions per second': rounded((1000 * length) / best),
    });
  }
  client.close();
  await child.end();
  await rm(folder, { recursive: true });
  return rows;
}

const [sm, eth] = [await loadSuite('sm'), await loadSuite('eth')];
process.stdout.write(`one core, Node ${process.versions.node}, OpenSSL ${process.versions.openssl}\n`);
console.table([...hashes(), ...sm2Verification(sm), ...signing(sm), ...signing(eth)]);
process.stdout.write(`a crypto process, ${availableParallelism()} threads\n`);
console.table([...(await lists('sm')), ...(await lists('eth'))]);
