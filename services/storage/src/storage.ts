// The regions (docs/protocol/storage.md 2 to 5), on rows of our own (rows.ts): as seen by Load they hold what the original's
// tables hold, but a block is written as one.

import { CompactBlock, RawTransaction, Block as StoredBlock } from '@hexapod/protocol/blockchain';
import { be64, equalBytes, readBe64 } from '@hexapod/protocol/bytes';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { Region } from '@hexapod/protocol/storage';
import { storeBlock } from './block-change.ts';
import { takeApart, wholeBlock } from './block-parts.ts';
import { BodyCache } from './body-cache.ts';
import { ChangeQueue } from './change-queue.ts';
import type { KeyValueStore, Reader } from './key-value-store.ts';
import { changePlain, changeTransaction } from './part-change.ts';
import { checkHasRows, checkKey, checkValue, isOfTransactions } from './region-rules.ts';
import {
  type BodyId,
  bodyKey,
  decodeStanding,
  decodeTransactionRow,
  type Location,
  plainKey,
  standingKey,
  type TransactionRow,
  transactionKey,
} from './rows.ts';

/** Makes the hash of a block from PB(BlockHeader). Throws StatusError when it cannot. */
export type BlockHasher = (header: Uint8Array) => Promise<Uint8Array>;

export interface StorageModules {
  readonly database: KeyValueStore;
  readonly hashBlock: BlockHasher;
}

/** The key and value that the health check writes and reads. */
const HEALTH = be64(0xffff_ffff_ffff_ffffn);
const CACHED_BODIES_BYTES = 32 * 1024 * 1024;

export class Storage {
  readonly #database: KeyValueStore;
  readonly #hashBlock: BlockHasher;
  readonly #changes: ChangeQueue;
  readonly #bodies = new BodyCache(CACHED_BODIES_BYTES);

  constructor({ database, hashBlock }: StorageModules) {
    this.#database = guarded(database);
    this.#hashBlock = hashBlock;
    this.#changes = new ChangeQueue(this.#database);
  }

  /** Throws StatusError with the code of storage.md 2 or 4. On disk when it resolves. */
  async store(region: number, key: Uint8Array, value: Uint8Array): Promise<void> {
    checkKey(region, key);
    if (region === Region.allBlockData) {
      const parts = await takeApart(value, this.#hashBlock);
      return this.#changes.run(storeBlock(readBe64(key), parts));
    }
    checkValue(region, value);
    checkHasRows(region);
    return this.#change(region, key, value);
  }

  /** The value, which may be empty. Throws StatusError, NotFound for an absent key. */
  async load(region: number, key: Uint8Array): Promise<Uint8Array> {
    checkKey(region, key);
    if (region === Region.fullBlock) {
      return this.#database.atOneMoment((reader) => this.#fullBlock(reader, readBe64(key)));
    }
    checkHasRows(region);
    return this.#part(this.#database, region, key);
  }

  /** Deleting an absent key is a success. Throws StatusError. */
  async delete(region: number, key: Uint8Array): Promise<void> {
    checkKey(region, key);
    checkHasRows(region);
    try {
      await this.#change(region, key, undefined);
    } catch (error) {
      if (!(error instanceof StatusError) || error.code !== Code.StoreError) throw error;
      throw new StatusError(Code.DeleteError, error.message, { cause: error.cause });
    }
  }

  /** Whether a value can be written and read back. */
  async isHealthy(): Promise<boolean> {
    await this.store(Region.global, HEALTH, HEALTH);
    return equalBytes(await this.load(Region.global, HEALTH), HEALTH);
  }

  #change(region: number, key: Uint8Array, value: Uint8Array | undefined): Promise<void> {
    return this.#changes.run(
      isOfTransactions(region) ? changeTransaction(region, key, value) : changePlain(region, key, value),
    );
  }

  async #part(reader: Reader, region: number, key: Uint8Array): Promise<Uint8Array> {
    const value = isOfTransactions(region)
      ? await this.#partOfTransaction(reader, region, key)
      : await reader.get(plainKey(region, key));
    if (value === undefined) throw new StatusError(Code.NotFound, `no such key in region ${region}`);
    return value;
  }

  async #partOfTransaction(
    reader: Reader,
    region: number,
    hash: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    const row = await reader.get(transactionKey(hash));
    if (row === undefined) return undefined;
    const { transaction, height, index } = decodeTransactionRow(row);
    if (region === Region.transactionHash2blockHeight) return height;
    if (region === Region.transactionIndex) return index;
    return this.#transaction(reader, transaction);
  }

  async #transaction(
    reader: Reader,
    transaction: TransactionRow['transaction'],
  ): Promise<Uint8Array | undefined> {
    if (transaction === undefined || transaction instanceof Uint8Array) return transaction;
    const { offset, length }: Location = transaction;
    return (await this.#body(reader, transaction)).subarray(offset, offset + length);
  }

  async #body(reader: Reader, id: BodyId): Promise<Uint8Array> {
    const name = `${id.height}/${id.generation}`;
    const known = this.#bodies.get(name);
    if (known !== undefined) return known;
    const body = await reader.get(bodyKey(id));
    if (body === undefined) throw new StatusError(Code.LoadError, `the body of block ${name} is missing`);
    this.#bodies.set(name, body);
    return body;
  }

  /** Storage.md 5, from a snapshot: what a concurrent Store writes is there whole, or not at all. */
  async #fullBlock(reader: Reader, height: bigint): Promise<Uint8Array> {
    const row = await reader.get(standingKey(height));
    const standing = row && decodeStanding(row);
    const key = be64(height);
    if (standing?.isWhole) {
      const body = await this.#body(reader, { height, generation: standing.generation });
      const proof = await this.#part(reader, Region.proof, key);
      return wholeBlock(body, proof, await this.#part(reader, Region.result, key));
    }
    const compact = decodeCompact(await this.#part(reader, Region.compactBlock, key));
    const transactions: RawTransaction[] = [];
    for (const hash of compact.body?.txHashes ?? []) {
      checkKey(Region.transactions, hash);
      transactions.push(decodeTransaction(await this.#part(reader, Region.transactions, hash)));
    }
    const proof = await this.#part(reader, Region.proof, key);
    const stateRoot = await this.#part(reader, Region.result, key);
    const { version, header } = compact;
    return StoredBlock.encode({ version, header, body: { body: transactions }, proof, stateRoot });
  }
}

function decodeCompact(bytes: Uint8Array): CompactBlock {
  try {
    return CompactBlock.decode(bytes);
  } catch (cause) {
    throw new StatusError(Code.EncodeError, 'the stored compact block is damaged', { cause });
  }
}

function decodeTransaction(bytes: Uint8Array): RawTransaction {
  try {
    return RawTransaction.decode(bytes);
  } catch (cause) {
    throw new StatusError(Code.DecodeError, 'a stored transaction is damaged', { cause });
  }
}

/** Failures of the database have the protocol's codes. */
function guarded(database: KeyValueStore): KeyValueStore {
  return {
    ...guardedReader(database),
    write: (operations) =>
      failingWith(Code.StoreError, 'the database cannot be written', () => database.write(operations)),
    atOneMoment: (read) =>
      failingWith(Code.LoadError, 'the database cannot be read', () =>
        database.atOneMoment((reader) => read(guardedReader(reader))),
      ),
    close: () => database.close(),
  };
}

function guardedReader(reader: Reader): Reader {
  const guard = <T>(read: () => Promise<T>) =>
    failingWith(Code.LoadError, 'the database cannot be read', read);
  return {
    get: (key) => guard(() => reader.get(key)),
    getMany: (keys) => guard(() => reader.getMany(keys)),
  };
}

async function failingWith<T>(code: Code, text: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (cause) {
    if (cause instanceof StatusError) throw cause;
    throw new StatusError(code, text, { cause });
  }
}
