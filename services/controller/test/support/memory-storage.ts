// The storage process in memory: regions 0 to 12 with the rules of docs/protocol/storage.md, one block one batch.

import { Block, CompactBlock, RawTransaction } from '@hexapod/protocol/blockchain';
import { be64, toHex } from '@hexapod/protocol/bytes';
import { blockHash, compactBlock, type Hash, Region } from '@hexapod/protocol/rules';
import { Code } from '@hexapod/protocol/status-code';

const HASH_KEYS: ReadonlySet<number> = new Set([1, 7, 8, 9]);

export class MemoryStorage {
  readonly #rows = new Map<string, Uint8Array>();
  readonly #hash: Hash;

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  load(region: number, key: Uint8Array): { code: Code; value: Uint8Array } {
    const none = new Uint8Array(0);
    const code = checkKey(region, key);
    if (code !== Code.Success) return { code, value: none };
    if (region === Region.fullBlock) return this.#fullBlock(key);
    const value = this.#rows.get(rowOf(region, key));
    return value === undefined
      ? { code: Code.NotFound, value: none }
      : { code: Code.Success, value: value.slice() };
  }

  store(region: number, key: Uint8Array, value: Uint8Array): Code {
    const code = checkKey(region, key);
    if (code !== Code.Success) return code;
    if (region === Region.allBlockData) return this.#storeBlock(key, value);
    this.#put(region, key, value);
    return Code.Success;
  }

  /** Forgets a row, as a damaged disk would. */
  erase(region: number, key: Uint8Array): void {
    this.#rows.delete(rowOf(region, key));
  }

  #put(region: number, key: Uint8Array, value: Uint8Array): void {
    this.#rows.set(rowOf(region, key), value.slice());
  }

  #storeBlock(key: Uint8Array, value: Uint8Array): Code {
    const block = Block.decode(value);
    if (block.header === undefined) return Code.NoneBlockHeader;
    if (block.body === undefined) return Code.NoneBlockBody;
    if (block.stateRoot.length !== 32) return Code.InvalidValue;
    const hash = blockHash(this.#hash, block.header);
    block.body.body.forEach((raw, index) => {
      const txHash = raw.tx?.value.transactionHash ?? new Uint8Array(32);
      this.#put(Region.transactions, txHash, RawTransaction.encode(raw));
      this.#put(Region.transactionHash2blockHeight, txHash, key);
      this.#put(Region.transactionIndex, txHash, be64(BigInt(index)));
    });
    this.#put(Region.blockHash, key, hash);
    this.#put(Region.proof, key, block.proof);
    this.#put(Region.result, key, block.stateRoot);
    this.#put(Region.blockHash2blockHeight, hash, key);
    this.#put(Region.compactBlock, key, CompactBlock.encode(compactBlock(block)));
    this.#put(Region.global, be64(0n), key);
    this.#put(Region.global, be64(1n), hash);
    return Code.Success;
  }

  #fullBlock(key: Uint8Array): { code: Code; value: Uint8Array } {
    const compact = this.#rows.get(rowOf(Region.compactBlock, key));
    const proof = this.#rows.get(rowOf(Region.proof, key));
    const stateRoot = this.#rows.get(rowOf(Region.result, key));
    const none = { code: Code.NotFound, value: new Uint8Array(0) };
    if (compact === undefined || proof === undefined || stateRoot === undefined) return none;
    const { version, header, body } = CompactBlock.decode(compact);
    const transactions = (body?.txHashes ?? []).map((hash) =>
      this.#rows.get(rowOf(Region.transactions, hash)),
    );
    const found = transactions.filter((bytes) => bytes !== undefined);
    if (found.length < transactions.length) return none;
    const whole = {
      version,
      header,
      body: { body: found.map((bytes) => RawTransaction.decode(bytes)) },
      proof,
      stateRoot,
    };
    return { code: Code.Success, value: Block.encode(whole) };
  }
}

function checkKey(region: number, key: Uint8Array): Code {
  if (region >= Region.button) return Code.InvalidRegion;
  return key.length === (HASH_KEYS.has(region) ? 32 : 8) ? Code.Success : Code.InvalidKey;
}

function rowOf(region: number, key: Uint8Array): string {
  return `${region}:${toHex(key)}`;
}
