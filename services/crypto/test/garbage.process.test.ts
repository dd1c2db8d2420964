// What nobody should send, ten thousand times for each rpc: arbitrary bytes, and good requests with some bytes changed. The
// process answers each with an answer or with an error that says why, lives, and answers rightly afterwards.

import { createCipheriv, randomInt } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GrpcStatus } from '@hexapod/common/rpc-error';
import { ServiceChild } from '@hexapod/common/service-child';
import { loadSuite, type Suite, type SuiteName } from '@hexapod/crypto/suite';
import { RawTransactions, Transaction, UtxoTransaction } from '@hexapod/protocol/blockchain';
import { fromHex, Z32, Z33 } from '@hexapod/protocol/bytes';
import { CryptoService } from '@hexapod/protocol/crypto';
import { transactionHash } from '@hexapod/protocol/rules';
import { Code } from '@hexapod/protocol/status-code';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Http2Caller } from './http2-caller.ts';

type Rpc = keyof (typeof CryptoService)['methods'];
const RPCS = Object.keys(CryptoService.methods) as Rpc[];

const KEY = '11'.repeat(32);
/** For each rpc. The suites differ behind the edge only, so one of them is enough for most. */
const CALLS: Readonly<Record<SuiteName, number>> = { sm: 10_000, eth: 1_000 };
/** Under way at the same time. */
const CALLERS = 64;
const LONGEST = 300;

/** Numbers that a seed decides. */
class Source {
  readonly #stream: Buffer;
  #at = 0;

  constructor(seed: number) {
    const key = Buffer.alloc(16);
    key.writeUInt32LE(seed);
    this.#stream = createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(1 << 20));
  }

  bytes(length: number): Buffer {
    if (this.#at + length > this.#stream.length) this.#at = this.#at % 7;
    this.#at += length;
    return Buffer.from(this.#stream.subarray(this.#at - length, this.#at));
  }

  below(bound: number): number {
    return this.bytes(4).readUInt32LE() % bound;
  }
}

/** A good request for each rpc, and the answer that belongs to it. */
function goodCalls(suite: Suite): Record<Rpc, { request: Uint8Array; answer: Uint8Array | undefined }> {
  const { methods } = CryptoService;
  const signer = suite.signer(fromHex(KEY));
  const data = new TextEncoder().encode('data');
  const witnessOf = (hash: Uint8Array) => ({ signature: signer.sign(hash), sender: signer.address });
  const transaction = Transaction.create({ nonce: 'n', quota: 300n, data, value: Z32, chainId: Z32 });
  const utxo = UtxoTransaction.create({ preTxHash: Z33, output: Z32, lockId: 1003n });
  const [hash, utxoHash] = [transactionHash(suite.hash, transaction), transactionHash(suite.hash, utxo)];
  const normalTx = { transaction, transactionHash: hash, witness: witnessOf(hash) };
  const utxoTx = { transaction: utxo, transactionHash: utxoHash, witnesses: [witnessOf(utxoHash)] };
  const list = RawTransactions.encode({
    body: [{ tx: { case: 'normalTx', value: normalTx } }, { tx: { case: 'utxoTx', value: utxoTx } }],
  });
  const status = { code: Code.Success };
  const success = methods.verifyDataHash.response.encode(status);
  return {
    getCryptoInfo: {
      request: new Uint8Array(0),
      answer: methods.getCryptoInfo.response.encode({
        status,
        name: suite.name,
        hashLen: 32,
        signatureLen: suite.signatureLength,
        addressLen: 20,
      }),
    },
    hashData: {
      request: methods.hashData.request.encode({ data }),
      answer: methods.hashData.response.encode({ status, hash: { hash: suite.hash(data) } }),
    },
    verifyDataHash: {
      request: methods.verifyDataHash.request.encode({ data, hash: suite.hash(data) }),
      answer: success,
    },
    // SM2 signs differently each time.
    signMessage: { request: methods.signMessage.request.encode({ msg: Z32 }), answer: undefined },
    recoverSignature: {
      request: methods.recoverSignature.request.encode({ msg: Z32, signature: signer.sign(Z32) }),
      answer: methods.recoverSignature.response.encode({ status, address: signer.address }),
    },
    checkTransactions: { request: list, answer: success },
  };
}

describe.each(['sm', 'eth'] as const)('the process of an %s chain', (name: SuiteName) => {
  const seed = Number(process.env.GARBAGE_SEED ?? randomInt(2 ** 32));
  let folder: string;
  let child: ServiceChild;
  let caller: Http2Caller;
  let good: ReturnType<typeof goodCalls>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hexapod-crypto-'));
    await writeFile(join(folder, 'private_key'), KEY, { mode: 0o600 });
    child = await ServiceChild.spawn({
      main: new URL('../src/main.ts', import.meta.url),
      folder,
      config: `[crypto_${name}]\ncrypto_port = 0\nenable_metrics = false\ncheck_threads = 2\n`,
    });
    caller = new Http2Caller(`127.0.0.1:${await child.listening()}`);
    good = goodCalls(await loadSuite(name));
  });
  afterAll(async () => {
    caller?.close();
    expect(await child?.end('SIGTERM')).toMatchObject({ code: 0 });
    await rm(folder, { recursive: true });
  });

  /** Arbitrary bytes, or the good request with a few bytes changed, cut out or repeated. */
  function garbage(source: Source, request: Uint8Array): Uint8Array {
    if (request.length === 0 || source.below(2) === 0) return source.bytes(source.below(LONGEST));
    const bytes = Buffer.from(request);
    for (let changes = source.below(4); changes >= 0; changes--) {
      bytes[source.below(bytes.length)] = source.below(256);
    }
    const at = source.below(bytes.length);
    const next = Math.min(at + source.below(40), bytes.length);
    switch (source.below(4)) {
      case 0:
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(next)]);
      case 1:
        return Buffer.concat([bytes.subarray(0, next), bytes.subarray(at)]);
      default:
        return bytes;
    }
  }

  test.each(RPCS)(
    '%s answers whatever it is sent',
    async (rpc) => {
      const source = new Source(seed);
      const { request } = good[rpc];
      const calls = CALLS[name];
      let answers = 0;
      let refusals = 0;
      const { path, response } = CryptoService.methods[rpc];
      const send = async (): Promise<void> => {
        while (answers + refusals < calls) {
          const bytes = garbage(source, request);
          const { grpcStatus, details, message } = await caller.call(path, bytes);
          const what = `GARBAGE_SEED=${seed}: ${rpc} ${bytes.toHex()}: ${grpcStatus} ${details}`;
          if (grpcStatus === GrpcStatus.OK) {
            answers++;
            expect(() => response.decode(message), what).not.toThrow();
          } else {
            refusals++;
            // The parser's text, not that of a bug.
            expect(grpcStatus, what).toBe(GrpcStatus.INTERNAL);
            expect(details, what).toMatch(/: .+, at byte \d+ of \d+/);
          }
        }
      };
      await Promise.all(Array.from({ length: CALLERS }, send));
      // Both kinds were among them, where there are both.
      expect(refusals).toBeGreaterThan(calls / 10);
      expect(answers).toBeGreaterThan(0);
      for (const known of RPCS) {
        const { path: knownPath } = CryptoService.methods[known];
        const { grpcStatus, message } = await caller.call(knownPath, good[known].request);
        expect(grpcStatus).toBe(GrpcStatus.OK);
        if (good[known].answer) expect(message.toHex()).toBe(good[known].answer.toHex());
      }
    },
    120_000,
  );

  test('and nothing of it was a bug', () => {
    expect(child.output).not.toContain('ERROR');
  });
});
