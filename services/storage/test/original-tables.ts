// The original's tables, a map per region, with its steps of Store and Load (docs/protocol/storage.md 2, 4, 5): what our rows
// must look like from outside. Only for requests that pass the checks of lengths.

import { Block, BlockHeader, CompactBlock, RawTransaction } from '@hexapod/protocol/blockchain';
import { be64 } from '@hexapod/protocol/bytes';
import { compactBlock, type Hash } from '@hexapod/protocol/rules';
import { Code } from '@hexapod/protocol/status-code';

type Answer = Uint8Array | Code;

export class OriginalTables {
  readonly #hash: Hash;
  readonly #tables = new Map<string, Uint8Array>();

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  store(region: number, key: Uint8Array, value: Uint8Array): void {
    this.#tables.set(`${region}/${key.toHex()}`, value);
  }

  delete(region: number, key: Uint8Array): void {
    this.#tables.delete(`${region}/${key.toHex()}`);
  }

  load(region: number, key: Uint8Array): Answer {
    return this.#tables.get(`${region}/${key.toHex()}`) ?? Code.NotFound;
  }

  storeBlock(key: Uint8Array, value: Uint8Array): void {
    const block = Block.decode(value);
    if (!block.header) throw new Error('this model is for whole blocks');
    const blockHash = this.#hash(BlockHeader.encode(block.header));
    for (const [index, transaction] of (block.body?.body ?? []).entries()) {
      const hash = transaction.tx?.value.transactionHash ?? new Uint8Array(0);
      this.store(1, hash, RawTransaction.encode(transaction));
      this.store(7, hash, key);
      this.store(9, hash, be64(BigInt(index)));
    }
    this.store(0, be64(0n), key);
    this.store(0, be64(1n), blockHash);
    this.store(4, key, blockHash);
    this.store(5, key, block.proof);
    this.store(6, key, block.stateRoot);
    this.store(8, blockHash, key);
    this.store(10, key, CompactBlock.encode(compactBlock(block)));
  }

  loadBlock(key: Uint8Array): Answer {
    const stored = this.load(10, key);
    if (typeof stored === 'number') return stored;
    let compact: CompactBlock;
    try {
      compact = CompactBlock.decode(stored);
    } catch {
      return Code.EncodeError;
    }
    const body: RawTransaction[] = [];
    for (const hash of compact.body?.txHashes ?? []) {
      if (hash.length !== 32) return Code.InvalidKey;
      const transaction = this.load(1, hash);
      if (typeof transaction === 'number') return transaction;
      try {
        body.push(RawTransaction.decode(transaction));
      } catch {
        return Code.DecodeError;
      }
    }
    const proof = this.load(5, key);
    if (typeof proof === 'number') return proof;
    const stateRoot = this.load(6, key);
    if (typeof stateRoot === 'number') return stateRoot;
    const { version, header } = compact;
    return Block.encode({ version, header, body: { body }, proof, stateRoot });
  }
}
