// What the controller reads from storage, typed (docs/protocol/controller.md 9.3). Absent is undefined; any other failure of
// the storage process is a StatusError with its code.

import { CompactBlock, RawTransaction } from '@hexapod/protocol/blockchain';
import { be64, readBe64, toHex } from '@hexapod/protocol/bytes';
import { Region } from '@hexapod/protocol/rules';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import { type HashKey, hashKey } from './hash-key.ts';
import type { Storage } from './neighbours.ts';

const LOADS_AT_A_TIME = 32n;

export class ChainStore {
  readonly #storage: Pick<Storage, 'load'>;

  constructor(storage: Pick<Storage, 'load'>) {
    this.#storage = storage;
  }

  async load(region: number, key: Uint8Array): Promise<Uint8Array | undefined> {
    const { code, value } = await this.#storage.load(region, key);
    if (code === Code.Success) return value;
    if (code === Code.NotFound) return undefined;
    throw new StatusError(code, `loading ${toHex(key)} of region ${region}: ${codeName(code)}`);
  }

  async compactBlock(height: bigint): Promise<CompactBlock | undefined> {
    const value = await this.load(Region.compactBlock, be64(height));
    return value && CompactBlock.decode(value);
  }

  async transaction(hash: Uint8Array): Promise<RawTransaction | undefined> {
    const value = await this.load(Region.transactions, hash);
    return value && RawTransaction.decode(value);
  }

  async heightOf(transactionHash: Uint8Array): Promise<bigint | undefined> {
    const value = await this.load(Region.transactionHash2blockHeight, transactionHash);
    return value && readBe64(value);
  }

  blockHash(height: bigint): Promise<Uint8Array | undefined> {
    return this.load(Region.blockHash, be64(height));
  }

  stateRoot(height: bigint): Promise<Uint8Array | undefined> {
    return this.load(Region.result, be64(height));
  }

  /** PB(Block) with proof and state root. */
  fullBlock(height: bigint): Promise<Uint8Array | undefined> {
    return this.load(Region.fullBlock, be64(height));
  }

  /** The transaction hashes of the blocks `from`..`to`, by height. Throws StatusError NoBlock for one that is missing. */
  async hashes(from: bigint, to: bigint): Promise<Map<bigint, HashKey[]>> {
    const hashes = new Map<bigint, HashKey[]>();
    for (let first = from; first <= to; first += LOADS_AT_A_TIME) {
      const last = first + LOADS_AT_A_TIME - 1n;
      const heights = heightsOf(first, last < to ? last : to);
      const found = await Promise.all(heights.map((height) => this.#hashesOf(height)));
      for (const [index, height] of heights.entries()) hashes.set(height, found[index] ?? []);
    }
    return hashes;
  }

  async #hashesOf(height: bigint): Promise<HashKey[]> {
    const block = await this.compactBlock(height);
    if (block === undefined) throw new StatusError(Code.NoBlock, `storage has no block ${height}`);
    return (block.body?.txHashes ?? []).map(hashKey);
  }
}

function heightsOf(first: bigint, last: bigint): bigint[] {
  return Array.from({ length: Number(last - first) + 1 }, (_, n) => first + BigInt(n));
}
