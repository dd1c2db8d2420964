// The regions of the protocol over the rows of the database (docs/protocol/storage.md 2 to 5).
//
// Regions 1 and 4 to 11 repeat parts of blocks, so a stored block answers for them. A value that somebody stores or
// deletes there by itself, which no controller does, goes before what the blocks say: such values are counted, and as
// long as there are none nobody looks for them.

import { Block, CompactBlock, RawTransaction } from '@hexapod/protocol/blockchain';
import { be64, equalBytes, readBe64 } from '@hexapod/protocol/bytes';
import { compactBlock } from '@hexapod/protocol/rules';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { Region } from '@hexapod/protocol/storage';
import { type CheckedBlock, checkBlock, rowsOf } from './block-rows.ts';
import type { KeyValueStore, Operation } from './key-value-store.ts';
import { checkHasRows, checkKey, checkValue } from './region-rules.ts';
import {
  blockHeightKey,
  blockKey,
  DELETED,
  decodeLocation,
  decodeMeta,
  type Location,
  locationKey,
  metaKey,
  plainKey,
  plainRange,
  plainValue,
  valueInPlain,
} from './rows.ts';

/** Makes the hash of a block from PB(BlockHeader). Throws StatusError when it cannot. */
export type BlockHasher = (header: Uint8Array) => Promise<Uint8Array>;

export interface StorageModules {
  readonly database: KeyValueStore;
  readonly hashBlock: BlockHasher;
}

/** Where storage keeps the height and the hash of the last stored block. */
const CURRENT_HEIGHT = be64(0n);
const CURRENT_HASH = be64(1n);
/** The key and value that the health check writes and reads. */
const HEALTH = be64(0xffff_ffff_ffff_ffffn);

/** The regions for which blocks answer. */
const DERIVED: ReadonlySet<number> = new Set([
  Region.transactions,
  Region.blockHash,
  Region.proof,
  Region.result,
  Region.transactionHash2blockHeight,
  Region.blockHash2blockHeight,
  Region.transactionIndex,
  Region.compactBlock,
]);

const notFound = (region: number): StatusError =>
  new StatusError(Code.NotFound, `no such key in region ${region}`);

export class Storage {
  readonly #database: KeyValueStore;
  readonly #hashBlock: BlockHasher;
  /** Whether any value was stored or deleted by itself in a derived region. */
  #hasOverrides: boolean;

  private constructor({ database, hashBlock }: StorageModules, hasOverrides: boolean) {
    this.#database = database;
    this.#hashBlock = hashBlock;
    this.#hasOverrides = hasOverrides;
  }

  static async open(modules: StorageModules): Promise<Storage> {
    const { database } = modules;
    const transactions = await database.count(plainRange(Region.transactions, Region.transactions));
    const others = await database.count(plainRange(Region.blockHash, Region.compactBlock));
    return new Storage(modules, transactions + others > 0);
  }

  /** Throws StatusError with the code of storage.md 2 or 4. On disk when it resolves. */
  async store(region: number, key: Uint8Array, value: Uint8Array): Promise<void> {
    checkKey(region, key);
    if (region === Region.allBlockData) return this.#storeBlock(readBe64(key), value);
    checkValue(region, value);
    checkHasRows(region);
    if (DERIVED.has(region)) this.#hasOverrides = true;
    await this.#write([{ type: 'put', key: plainKey(region, key), value: plainValue(value) }]);
  }

  /** The value, which may be empty. Throws StatusError, NotFound for an absent key. */
  async load(region: number, key: Uint8Array): Promise<Uint8Array> {
    checkKey(region, key);
    if (region === Region.fullBlock) return this.#loadBlock(key);
    checkHasRows(region);
    const value = await this.#valueOf(region, key);
    if (!value) throw notFound(region);
    return value;
  }

  /** Deleting an absent key is a success. Throws StatusError. */
  async delete(region: number, key: Uint8Array): Promise<void> {
    checkKey(region, key);
    checkHasRows(region);
    const row = plainKey(region, key);
    if (!DERIVED.has(region)) return this.#write([{ type: 'del', key: row }]);
    if (!this.#hasOverrides && !(await this.#derived(region, key))) return;
    this.#hasOverrides = true;
    await this.#write([{ type: 'put', key: row, value: DELETED }]);
  }

  /** Whether a value can be written and read back. */
  async isHealthy(): Promise<boolean> {
    await this.store(Region.global, HEALTH, HEALTH);
    return equalBytes(await this.load(Region.global, HEALTH), HEALTH);
  }

  async #storeBlock(height: bigint, value: Uint8Array): Promise<void> {
    const block = checkBlock(value);
    const blockHash = await this.#hashBlock(block.header);
    const put = (key: Uint8Array, content: Uint8Array): Operation => ({
      type: 'put',
      key: plainKey(Region.global, key),
      value: plainValue(content),
    });
    await this.#write([
      ...(await this.#preserved(height, blockHash, block)),
      ...this.#overridesOf(height, blockHash, block),
      ...rowsOf(height, blockHash, block),
      put(CURRENT_HEIGHT, be64(height)),
      put(CURRENT_HASH, blockHash),
    ]);
  }

  /** Removes what was stored by itself under the keys that a block now answers for. */
  #overridesOf(height: bigint, blockHash: Uint8Array, block: CheckedBlock): Operation[] {
    if (!this.#hasOverrides) return [];
    const remove = (region: number, key: Uint8Array): Operation => ({
      type: 'del',
      key: plainKey(region, key),
    });
    const byHeight = [Region.blockHash, Region.proof, Region.result, Region.compactBlock];
    const byHash = [Region.transactions, Region.transactionHash2blockHeight, Region.transactionIndex];
    return [
      ...byHeight.map((region) => remove(region, be64(height))),
      remove(Region.blockHash2blockHeight, blockHash),
      ...block.transactionHashes.flatMap((hash) => byHash.map((region) => remove(region, hash))),
    ];
  }

  /**
   * When another block stood at this height: its transactions and its hash stay what they were, as they do where every
   * region is a table of its own.
   */
  async #preserved(height: bigint, blockHash: Uint8Array, block: CheckedBlock): Promise<Operation[]> {
    const before = await this.#database.get(blockKey(be64(height)));
    if (!before || equalBytes(before, block.bytes)) return [];
    const old = checkBlock(before);
    const meta = await this.#database.get(metaKey(be64(height)));
    const kept: Operation[] = [];
    const keep = async (region: number, key: Uint8Array): Promise<void> => {
      const value = await this.#valueOf(region, key);
      if (value) kept.push({ type: 'put', key: plainKey(region, key), value: plainValue(value) });
    };
    const isStillThere = new Set(block.transactionHashes.map(String));
    for (const hash of old.transactionHashes) {
      const location = await this.#locationOf(hash);
      if (isStillThere.has(String(hash)) || location?.height !== height) continue;
      await keep(Region.transactions, hash);
      await keep(Region.transactionHash2blockHeight, hash);
      await keep(Region.transactionIndex, hash);
    }
    if (meta && !equalBytes(decodeMeta(meta).blockHash, blockHash)) {
      await keep(Region.blockHash2blockHeight, decodeMeta(meta).blockHash);
    }
    if (kept.length > 0) this.#hasOverrides = true;
    return kept;
  }

  async #loadBlock(height: Uint8Array): Promise<Uint8Array> {
    const bytes = await this.#get(blockKey(height));
    if (!this.#hasOverrides) {
      if (!bytes) throw notFound(Region.fullBlock);
      return bytes;
    }
    return this.#assembleBlock(height);
  }

  /** Storage.md 5: from the compact block, the transactions, the proof and the state root, each wherever it lies. */
  async #assembleBlock(height: Uint8Array): Promise<Uint8Array> {
    let compact: CompactBlock;
    try {
      compact = CompactBlock.decode(await this.load(Region.compactBlock, height));
    } catch (cause) {
      if (cause instanceof StatusError) throw cause;
      throw new StatusError(Code.EncodeError, 'the stored compact block is damaged', { cause });
    }
    const hashes = compact.body?.txHashes ?? [];
    const transactions = await Promise.all(hashes.map((hash) => this.load(Region.transactions, hash)));
    const [proof, stateRoot] = await Promise.all([
      this.load(Region.proof, height),
      this.load(Region.result, height),
    ]);
    return encodeBlock(compact, transactions, proof, stateRoot);
  }

  async #valueOf(region: number, key: Uint8Array): Promise<Uint8Array | undefined> {
    const isDerived = DERIVED.has(region);
    if (!isDerived || this.#hasOverrides) {
      const row = await this.#get(plainKey(region, key));
      if (row) return valueInPlain(row);
    }
    return isDerived ? this.#derived(region, key) : undefined;
  }

  /** What the stored blocks say. */
  async #derived(region: number, key: Uint8Array): Promise<Uint8Array | undefined> {
    switch (region) {
      case Region.transactions:
        return this.#transaction(key);
      case Region.transactionHash2blockHeight: {
        const location = await this.#locationOf(key);
        return location && be64(location.height);
      }
      case Region.transactionIndex: {
        const location = await this.#locationOf(key);
        return location && be64(BigInt(location.index));
      }
      case Region.blockHash2blockHeight:
        return this.#get(blockHeightKey(key));
      case Region.compactBlock:
        return this.#compactBlock(key);
      default:
        return this.#partOfMeta(region, key);
    }
  }

  async #partOfMeta(region: number, height: Uint8Array): Promise<Uint8Array | undefined> {
    const row = await this.#get(metaKey(height));
    if (!row) return undefined;
    const { blockHash, stateRoot, proof } = decodeMeta(row);
    if (region === Region.blockHash) return blockHash;
    return region === Region.result ? stateRoot : proof;
  }

  async #compactBlock(height: Uint8Array): Promise<Uint8Array | undefined> {
    const bytes = await this.#get(blockKey(height));
    return bytes && CompactBlock.encode(compactBlock(Block.decode(bytes)));
  }

  async #transaction(hash: Uint8Array): Promise<Uint8Array | undefined> {
    const location = await this.#locationOf(hash);
    if (!location) return undefined;
    const block = await this.#get(blockKey(be64(location.height)));
    return block?.subarray(location.offset, location.offset + location.length);
  }

  async #locationOf(transactionHash: Uint8Array): Promise<Location | undefined> {
    const row = await this.#get(locationKey(transactionHash));
    return row && decodeLocation(row);
  }

  async #get(key: Uint8Array): Promise<Uint8Array | undefined> {
    try {
      return await this.#database.get(key);
    } catch (cause) {
      throw new StatusError(Code.LoadError, 'the database cannot be read', { cause });
    }
  }

  async #write(operations: readonly Operation[]): Promise<void> {
    try {
      await this.#database.write(operations);
    } catch (cause) {
      throw new StatusError(Code.StoreError, 'the database cannot be written', { cause });
    }
  }
}

function encodeBlock(
  { version, header }: CompactBlock,
  transactions: readonly Uint8Array[],
  proof: Uint8Array,
  stateRoot: Uint8Array,
): Uint8Array {
  try {
    const body = transactions.map((bytes) => RawTransaction.decode(bytes));
    return Block.encode({ version, header, body: { body }, proof, stateRoot });
  } catch (cause) {
    throw new StatusError(Code.DecodeError, 'a stored transaction is damaged', { cause });
  }
}
