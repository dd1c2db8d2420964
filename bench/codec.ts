// Encoding and decoding of a block of transactions: our codecs against protobufjs, in turns within one run.
// Usage: node bench/codec.ts [transactions]

import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Block, type RawTransaction } from '@hexapod/protocol/blockchain';
import protobuf from 'protobufjs';

/** The fastest of so many rounds counts: whatever else the machine does only makes rounds slower. */
const ROUNDS = 30;
const ROUND_MS = 100;

function transaction(index: number): RawTransaction {
  return {
    tx: {
      case: 'normalTx',
      value: {
        transaction: {
          version: 0,
          to: randomBytes(20),
          nonce: String(7_000_000_000_000_000_000n + BigInt(index)),
          quota: 200_000n,
          validUntilBlock: 12_345n,
          data: randomBytes(68),
          value: new Uint8Array(32),
          chainId: randomBytes(32),
        },
        transactionHash: randomBytes(32),
        witness: { signature: randomBytes(128), sender: randomBytes(20) },
      },
    },
  };
}

function blockOf(transactions: number): Block {
  return {
    version: 0,
    header: {
      prevhash: randomBytes(32),
      timestamp: 1_633_765_324_292n,
      height: 12_300n,
      transactionsRoot: randomBytes(32),
      proposer: randomBytes(20),
    },
    body: { body: Array.from({ length: transactions }, (_, index) => transaction(index)) },
    proof: randomBytes(1_000),
    stateRoot: randomBytes(32),
  };
}

/** Milliseconds of one run, over runs of about ROUND_MS together. */
function time(run: () => unknown): number {
  let runs = 0;
  const start = performance.now();
  let spent = 0;
  while (spent < ROUND_MS) {
    run();
    runs++;
    spent = performance.now() - start;
  }
  return spent / runs;
}

function main(): void {
  const transactions = Number(process.argv[2] ?? 1_000);
  const root = new protobuf.Root();
  root.resolvePath = (_, target) => fileURLToPath(new URL(`../proto/${target}`, import.meta.url));
  const PeerBlock = root.loadSync('blockchain.proto').lookupType('blockchain.Block');

  const bytes = Block.encode(blockOf(transactions));
  const block = Block.decode(bytes);
  const peerBlock = PeerBlock.decode(bytes);
  if (Buffer.compare(bytes, PeerBlock.encode(peerBlock).finish()) !== 0) {
    throw new Error('the two do not encode the same block');
  }
  const sides = [
    { name: 'encode', ours: () => Block.encode(block), peer: () => PeerBlock.encode(peerBlock).finish() },
    { name: 'decode', ours: () => Block.decode(bytes), peer: () => PeerBlock.decode(bytes) },
  ];

  console.log(
    `a block of ${transactions} transactions, ${bytes.length} bytes, fastest of ${ROUNDS} rounds of ${ROUND_MS} ms`,
  );
  const rows = sides.map(({ name, ours, peer }) => {
    const turns = Array.from({ length: ROUNDS }, () => ({ ours: time(ours), peer: time(peer) }));
    const ourMs = Math.min(...turns.map((turn) => turn.ours));
    const peerMs = Math.min(...turns.map((turn) => turn.peer));
    return {
      operation: name,
      'ours, ms': ourMs.toFixed(3),
      'protobufjs, ms': peerMs.toFixed(3),
      'times as fast': (peerMs / ourMs).toFixed(2),
      'ours, MB/s': Math.round(bytes.length / ourMs / 1000),
    };
  });
  console.table(rows);
}

main();
